// chmod, chown and utimens on every kind of descriptor.
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class AttributeTests : IDisposable
{
    private const long BeforeTheEpoch = -123_456_789_123_456_789;
    private const long AfterTheEpoch = 1_234_567_890_987_654_321;

    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void ModesChangeThroughOpenAndPathDescriptors()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        Assert.Equal(Errno.OK, Libc.Fchmod(file, 0x1C0));
        Assert.Equal(FileMode.S_IFREG | 0x1C0, _dir.Stat("file").Mode);
        Assert.Equal(Errno.OK, Libc.Fchmod(named, 0x1A0));
        Assert.Equal(FileMode.S_IFREG | 0x1A0, _dir.Stat("file").Mode);
        Assert.Equal(Errno.OK, Libc.FchmodByPath(named, 0xDED));
        Assert.Equal(FileMode.S_IFREG | 0xDED, _dir.Stat("file").Mode);
    }

    [Fact]
    public void TheModeOfASymbolicLinkStaysAndSoDoesItsTargets()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        uint linkMode = _dir.Stat("link").Mode;
        uint fileMode = _dir.Stat("file").Mode;
        Assert.Equal(Errno.EOPNOTSUPP, Libc.Fchmod(link, 0x100));
        Assert.Equal(Errno.EOPNOTSUPP, Libc.FchmodByPath(link, 0x100));
        Assert.Equal(linkMode, _dir.Stat("link").Mode);
        Assert.Equal(fileMode, _dir.Stat("file").Mode);
    }

    [Fact]
    public void FchmodOfNothingIsEbadf()
    {
        Assert.Equal(Errno.EBADF, Libc.Fchmod(SafeFd.Invalid, 0));
        using var invalid = new SafeFd(-1, ownsHandle: true, pathOnly: true);
        Assert.Equal(Errno.EBADF, Libc.Fchmod(invalid, 0));
        Assert.Equal(Errno.EBADF, Libc.FchmodByPath(invalid, 0));
    }

    [Fact]
    public void OwnersThatAreNotGivenStay()
    {
        using SafeFd file = _dir.NewFile("file");
        Statx before = _dir.Stat("file");
        Assert.Equal(Errno.OK, Libc.Fchownat(_dir.Fd, Z("file"), uint.MaxValue, uint.MaxValue, AtFlags.None));
        Assert.Equal(Errno.OK, Libc.Fchownat(
            file, CString.Empty, Libc.Geteuid(), Libc.Getegid(), AtFlags.AT_EMPTY_PATH));
        Assert.Equal(before.Uid, _dir.Stat("file").Uid);
        Assert.Equal(Libc.Getegid(), _dir.Stat("file").Gid);
    }

    [RootFact(Capabilities.CAP_CHOWN)]
    public void OwnersChangeThroughPathDescriptorsOfTheLinkItself()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Fchownat(named, CString.Empty, 1001, 1002, AtFlags.AT_EMPTY_PATH));
        Assert.Equal(Errno.OK, Libc.Fchownat(link, CString.Empty, 2001, uint.MaxValue, AtFlags.AT_EMPTY_PATH));
        Assert.Equal(1001u, _dir.Stat("file").Uid);
        Assert.Equal(1002u, _dir.Stat("file").Gid);
        Assert.Equal(2001u, _dir.Stat("link").Uid);
        Assert.Equal(Errno.OK, Libc.Fchownat(_dir.Fd, Z("link"), 3001, 3002, AtFlags.AT_SYMLINK_NOFOLLOW));
        Assert.Equal(3001u, _dir.Stat("link").Uid);
        Assert.Equal(1001u, _dir.Stat("file").Uid);
    }

    [Fact]
    public void TimesAreKeptToTheNanosecondBeforeAndAfterTheEpoch()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        Set(_dir.Fd, "file", BeforeTheEpoch, AfterTheEpoch);
        AssertTimes("file", BeforeTheEpoch, AfterTheEpoch);
        Set(file, "", AfterTheEpoch, BeforeTheEpoch);
        AssertTimes("file", AfterTheEpoch, BeforeTheEpoch);
        Set(named, "", BeforeTheEpoch + 1, AfterTheEpoch + 1);
        AssertTimes("file", BeforeTheEpoch + 1, AfterTheEpoch + 1);
    }

    [Fact]
    public void TimesOfASymbolicLinkAreItsOwn()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Set(_dir.Fd, "file", 1, 2);
        Set(link, "", BeforeTheEpoch, AfterTheEpoch);
        AssertTimes("link", BeforeTheEpoch, AfterTheEpoch);
        Set(_dir.Fd, "link", 5, 6, AtFlags.AT_SYMLINK_NOFOLLOW);
        AssertTimes("link", 5, 6);
        AssertTimes("file", 1, 2);
    }

    [Fact]
    public void OmittedTimesStayAndNowIsTheKernels()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        Set(file, "", 111, 222);
        Assert.Equal(
            Errno.OK,
            Libc.Utimensat(named, CString.Empty, Timespec.Omit, Timespec.FromNanoseconds(333), AtFlags.None));
        AssertTimes("file", 111, 333);
        Assert.Equal(Errno.OK, Libc.Utimensat(file, CString.Empty, Timespec.Now, Timespec.Omit, AtFlags.AT_EMPTY_PATH));
        Assert.InRange(Libc.RealtimeNanoseconds() - _dir.Stat("file").AtimeNs, -1_000_000_000, 60_000_000_000);
        Assert.Equal(333, _dir.Stat("file").MtimeNs);
    }

    [Fact]
    public void TimesOfNothingAreErrors()
    {
        Timespec time = Timespec.Now;
        Assert.Equal(Errno.ENOENT, Libc.Utimensat(_dir.Fd, Z("absent"), time, time, AtFlags.None));
        Assert.Equal(Errno.EBADF, Libc.Utimensat(SafeFd.Invalid, CString.Empty, time, time, AtFlags.None));
        var bad = new Timespec(0, 1_000_000_000);
        Assert.Equal(Errno.EINVAL, Libc.Utimensat(_dir.Fd, CString.Empty, bad, bad, AtFlags.None));
    }

    private static void Set(SafeFd dir, string name, long atime, long mtime, AtFlags flags = AtFlags.None) =>
        Assert.Equal(
            Errno.OK,
            Libc.Utimensat(
                dir, Z(name), Timespec.FromNanoseconds(atime), Timespec.FromNanoseconds(mtime), flags));

    private void AssertTimes(string name, long atime, long mtime)
    {
        Statx stat = _dir.Stat(name);
        Assert.Equal(atime, stat.AtimeNs);
        Assert.Equal(mtime, stat.MtimeNs);
    }
}
