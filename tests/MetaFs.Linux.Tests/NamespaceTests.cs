// Calls that make, move and remove names.
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class NamespaceTests : IDisposable
{
    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void DirectoriesAreMadeAndRemoved()
    {
        Assert.Equal(Errno.OK, Libc.Mkdirat(_dir.Fd, Z("d"), 0x1C0));
        Assert.Equal(FileMode.S_IFDIR | 0x1C0, _dir.Stat("d").Mode & ~FileMode.S_ISGID);
        Assert.Equal(Errno.EEXIST, Libc.Mkdirat(_dir.Fd, Z("d"), 0x1C0));
        Assert.Equal(Errno.EISDIR, Libc.Unlinkat(_dir.Fd, Z("d"), AtFlags.None));
        Assert.Equal(Errno.OK, Libc.Mkdirat(_dir.Fd, Z("d/e"), 0x1C0));
        Assert.Equal(Errno.ENOTEMPTY, Libc.Unlinkat(_dir.Fd, Z("d"), AtFlags.AT_REMOVEDIR));
        Assert.Equal(Errno.OK, Libc.Unlinkat(_dir.Fd, Z("d/e"), AtFlags.AT_REMOVEDIR));
        Assert.Equal(Errno.OK, Libc.Unlinkat(_dir.Fd, Z("d"), AtFlags.AT_REMOVEDIR));
        Assert.Equal(Errno.ENOENT, Libc.Unlinkat(_dir.Fd, Z("d"), AtFlags.AT_REMOVEDIR));
    }

    [Fact]
    public void FifosAreMade()
    {
        Assert.Equal(Errno.OK, Libc.Mknodat(_dir.Fd, Z("fifo"), FileMode.S_IFIFO | 0x180, 0));
        Assert.True(FileMode.IsFifo(_dir.Stat("fifo").Mode));
    }

    [RootFact(Capabilities.CAP_MKNOD)]
    public void DeviceFilesAreMadeWithTheirNumber()
    {
        Errno errno = Libc.Mknodat(_dir.Fd, Z("null"), FileMode.S_IFCHR | 0x180, DeviceNumber.Make(1, 3));
        Assert.Equal(Errno.OK, errno);
        Statx stat = _dir.Stat("null");
        Assert.Equal((1u, 3u), (stat.RdevMajor, stat.RdevMinor));
    }

    [Fact]
    public void SymbolicLinksSayAnyBytes()
    {
        byte[] target = [.. "/\xFF\xFE"u8, 0xFF, 0x01];
        Assert.Equal(Errno.OK, Libc.Symlinkat(Z(target), _dir.Fd, Z("link")));
        Span<byte> buffer = stackalloc byte[64];
        Assert.Equal(Errno.OK, Libc.Readlinkat(_dir.Fd, Z("link"), buffer, out int length));
        Assert.Equal(target, buffer[..length]);
        using SafeFd link = _dir.OpenPath("link");
        Assert.Equal(Errno.OK, Libc.Readlinkat(link, CString.Empty, buffer, out length));
        Assert.Equal(target, buffer[..length]);
        Assert.Equal(Errno.OK, Libc.Readlinkat(link, CString.Empty, buffer[..2], out length));
        Assert.Equal(2, length);
        Assert.Equal(Errno.EINVAL, Libc.Readlinkat(_dir.Fd, Z("."), buffer, out length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void FilesGetMoreNames()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        Assert.Equal(Errno.OK, Libc.Linkat(_dir.Fd, Z("file"), _dir.Fd, Z("two"), AtFlags.None));
        Assert.Equal(Errno.OK, Libc.Linkat(named, CString.Empty, _dir.Fd, Z("three"), AtFlags.AT_EMPTY_PATH));
        Assert.Equal(Errno.EEXIST, Libc.Linkat(named, CString.Empty, _dir.Fd, Z("two"), AtFlags.AT_EMPTY_PATH));
        Assert.Equal(Errno.ENOENT, Libc.Linkat(_dir.Fd, Z("absent"), _dir.Fd, Z("x"), AtFlags.None));
        Assert.Equal(Errno.ENOENT, Libc.Linkat(named, CString.Empty, _dir.Fd, Z("no/x"), AtFlags.AT_EMPTY_PATH));
        Assert.Equal(Errno.OK, Libc.LinkByPath(named, _dir.Fd, Z("four")));
        Assert.Equal(4u, _dir.Stat("file").Nlink);
    }

    [Fact]
    public void ASymbolicLinkGetsMoreNamesItself()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Linkat(link, CString.Empty, _dir.Fd, Z("again"), AtFlags.AT_EMPTY_PATH));
        Assert.Equal(Errno.OK, Libc.LinkByPath(link, _dir.Fd, Z("third")));
        Assert.Equal(_dir.Stat("link").Ino, _dir.Stat("again").Ino);
        Assert.Equal(_dir.Stat("link").Ino, _dir.Stat("third").Ino);
        Assert.Equal(1u, _dir.Stat("file").Nlink);
    }

    [Fact]
    public void RenamesObeyTheirFlags()
    {
        using SafeFd a = _dir.NewFile("a", "a");
        using SafeFd b = _dir.NewFile("b", "bb");
        Assert.Equal(
            Errno.EEXIST, Libc.Renameat2(_dir.Fd, Z("a"), _dir.Fd, Z("b"), RenameFlags.RENAME_NOREPLACE));
        Assert.Equal(Errno.OK, Libc.Renameat2(_dir.Fd, Z("a"), _dir.Fd, Z("b"), RenameFlags.RENAME_EXCHANGE));
        Assert.Equal((2ul, 1ul), (_dir.Stat("a").Size, _dir.Stat("b").Size));
        Assert.Equal(Errno.OK, Libc.Renameat2(_dir.Fd, Z("a"), _dir.Fd, Z("b"), RenameFlags.None));
        Assert.Equal(2ul, _dir.Stat("b").Size);
        Assert.Equal(Errno.ENOENT, Libc.Renameat2(_dir.Fd, Z("a"), _dir.Fd, Z("b"), RenameFlags.None));
    }

    [Fact]
    public void AccessIsAsked()
    {
        using SafeFd file = _dir.NewFile("file");
        Assert.Equal(Errno.OK, Libc.Faccessat(_dir.Fd, Z("file"), Libc.R_OK | Libc.W_OK, AtFlags.AT_EACCESS));
        Assert.Equal(Errno.EACCES, Libc.Faccessat(_dir.Fd, Z("file"), Libc.X_OK, AtFlags.AT_EACCESS));
        Assert.Equal(Errno.ENOENT, Libc.Faccessat(_dir.Fd, Z("absent"), Libc.F_OK, AtFlags.None));
    }

    [Fact]
    public void NamesAreBytes()
    {
        CString name = Z([0xFF, (byte)' ', 0x80, (byte)'\n']);
        Assert.Equal(Errno.OK, Libc.Mkdirat(_dir.Fd, name, 0x1C0));
        byte[] buffer = new byte[4096];
        Assert.Equal(Errno.OK, Libc.Getdents64(_dir.Fd, buffer, out int length));
        var names = new List<byte[]>();
        foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
        {
            if (!entry.IsDotOrDotDot)
                names.Add(entry.Name.Bytes.ToArray());
        }

        Assert.Equal([[0xFF, (byte)' ', 0x80, (byte)'\n']], names);
        Assert.Equal(Errno.OK, Libc.Unlinkat(_dir.Fd, name, AtFlags.AT_REMOVEDIR));
    }
}
