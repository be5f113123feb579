// A directory of its own for each test.
using System.Text;

namespace MetaFs.Linux.Tests;

/// <summary>A temporary directory, open as <see cref="Fd"/>, removed with all it holds.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory()
    {
        Path = Directory.CreateTempSubdirectory("metafs-linux-").FullName;
        Assert.Equal(
            Errno.OK,
            Libc.Openat(SafeFd.CurrentDirectory, Z(Path), OpenFlags.O_DIRECTORY, 0, out SafeFd fd));
        Fd = fd;
    }

    public string Path { get; }

    public SafeFd Fd { get; }

    /// <summary>Adds the terminator.</summary>
    public static CString Z(ReadOnlySpan<byte> name)
    {
        byte[] terminated = [.. name, 0];
        return CString.FromTerminated(terminated);
    }

    /// <summary>Adds the terminator.</summary>
    public static CString Z(string name) => Z(Encoding.UTF8.GetBytes(name));

    /// <summary>A new file, open for reading and writing.</summary>
    public SafeFd NewFile(string name, string content = "")
    {
        OpenFlags flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        Assert.Equal(Errno.OK, Libc.Openat(Fd, Z(name), flags, 0x1A4, out SafeFd fd));
        if (content.Length != 0)
            Assert.Equal(Errno.OK, Libc.Write(fd, Encoding.UTF8.GetBytes(content), out _));
        return fd;
    }

    /// <summary>A descriptor that only names what is there; of the link itself where it is one.</summary>
    public SafeFd OpenPath(string name)
    {
        Assert.Equal(
            Errno.OK,
            Libc.Openat(Fd, Z(name), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd fd));
        return fd;
    }

    /// <summary>A symbolic link, and a descriptor of it.</summary>
    public SafeFd NewSymlink(string name, string target)
    {
        Assert.Equal(Errno.OK, Libc.Symlinkat(Z(target), Fd, Z(name)));
        return OpenPath(name);
    }

    public Statx Stat(string name)
    {
        Assert.Equal(
            Errno.OK,
            Libc.Statx(Fd, Z(name), AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS, out Statx stat));
        return stat;
    }

    public void Dispose()
    {
        Fd.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
