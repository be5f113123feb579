// statx(2).
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class StatxTests : IDisposable
{
    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void AttributesAreTheFiles()
    {
        using SafeFd file = _dir.NewFile("file", "0123456789");
        Statx stat = _dir.Stat("file");
        Assert.Equal(StatxMask.STATX_BASIC_STATS, stat.Mask & StatxMask.STATX_BASIC_STATS);
        Assert.True(FileMode.IsRegular(stat.Mode));
        Assert.Equal(10ul, stat.Size);
        Assert.Equal(1u, stat.Nlink);
        Assert.Equal(Libc.Geteuid(), stat.Uid);
        Assert.NotEqual(0ul, stat.Ino);
        Assert.NotEqual(0u, stat.BlockSize);
        Assert.InRange(Libc.RealtimeNanoseconds() - stat.MtimeNs, -1_000_000_000, 60_000_000_000);
    }

    [Fact]
    public void OpenFilesAreAskedByTheirDescriptor()
    {
        using SafeFd file = _dir.NewFile("file", "abc");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Fstatx(file, StatxMask.STATX_BASIC_STATS, out Statx open));
        Assert.Equal(_dir.Stat("file").Ino, open.Ino);
        Assert.Equal(Errno.OK, Libc.Fstatx(link, StatxMask.STATX_BASIC_STATS, out Statx symlink));
        Assert.True(FileMode.IsSymlink(symlink.Mode));
        Assert.Equal(4ul, symlink.Size);
    }

    [Fact]
    public void SymbolicLinksAreFollowedUnlessToldNotTo()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(
            Errno.OK,
            Libc.Statx(_dir.Fd, Z("link"), AtFlags.None, StatxMask.STATX_BASIC_STATS, out Statx followed));
        Assert.Equal(_dir.Stat("file").Ino, followed.Ino);
        Assert.NotEqual(followed.Ino, _dir.Stat("link").Ino);
    }

    [Fact]
    public void TheMountIsInTheMountTable()
    {
        Assert.Equal(Errno.OK, Libc.Fstatx(_dir.Fd, StatxMask.STATX_MNT_ID, out Statx stat));
        Assert.NotEqual(0ul, stat.MntId);
        MountEntry mount = MountInfo.Find(stat.MntId)!;
        Assert.NotNull(mount);
        Assert.StartsWith(System.Text.Encoding.UTF8.GetString(mount.MountPoint), _dir.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void DeviceFilesHaveTheKernelsNumber()
    {
        Assert.Equal(
            Errno.OK,
            Libc.Statx(
                SafeFd.CurrentDirectory, Z("/dev/null"), AtFlags.None, StatxMask.STATX_BASIC_STATS, out Statx stat));
        Assert.True(FileMode.IsDevice(stat.Mode));
        Assert.Equal(0x103u, stat.Rdev);
    }

    [Fact]
    public void ErrorsLeaveNothingBehind()
    {
        Assert.Equal(
            Errno.ENOENT,
            Libc.Statx(_dir.Fd, Z("absent"), AtFlags.None, StatxMask.STATX_BASIC_STATS, out Statx stat));
        Assert.Equal(StatxMask.None, stat.Mask);
        Assert.Equal(Errno.ENOENT, Libc.Statx(_dir.Fd, CString.Empty, AtFlags.None, StatxMask.None, out _));
        Assert.Equal(Errno.EBADF, Libc.Fstatx(SafeFd.Invalid, StatxMask.None, out _));
    }

    [Fact]
    public void ValuesCanBeMadeForTests()
    {
        var stat = new Statx { Mode = FileMode.S_IFDIR | 0x1ED, MtimeNs = -1, DevMajor = 8, DevMinor = 1 };
        Assert.True(FileMode.IsDirectory(stat.Mode));
        Assert.Equal(DirentType.DT_DIR, FileMode.ToDirentType(stat.Mode));
        Assert.Equal(0x1EDu, FileMode.PermissionsOf(stat.Mode));
        Assert.Equal(-1, stat.MtimeNs);
        Assert.Equal(0x801ul, stat.Dev);
    }
}
