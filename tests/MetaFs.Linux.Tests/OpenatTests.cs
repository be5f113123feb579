// openat(2), its flags and the life of descriptors.
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class OpenatTests : IDisposable
{
    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void FlagsAreTheNumbersOfThisArchitecture()
    {
        // The kernel shows in /proc what it understood: the four flags that differ on arm64 are among these.
        using SafeFd file = _dir.NewFile("file");
        OpenFlags path = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        using SafeFd named = _dir.OpenPath("file");
        Assert.Equal(path, KernelFlags(named) & ~OpenFlags.O_LARGEFILE);

        OpenFlags wanted = OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_NONBLOCK | OpenFlags.O_SYNC;
        Assert.Equal(Errno.OK, Libc.Openat(_dir.Fd, Z("file"), wanted, 0, out SafeFd fd));
        using (fd)
            Assert.Equal(wanted | OpenFlags.O_CLOEXEC | OpenFlags.O_LARGEFILE, KernelFlags(fd));
        Assert.Equal(
            OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC | OpenFlags.O_LARGEFILE,
            KernelFlags(_dir.Fd));
    }

    [Fact]
    public void DirectIsTheFlagOfUnbufferedInput()
    {
        using SafeFd file = _dir.NewFile("file", "not a block long");
        Errno errno = Libc.Openat(_dir.Fd, Z("file"), OpenFlags.O_DIRECT, 0, out SafeFd fd);
        using (fd)
        {
            // EINVAL: a filesystem without O_DIRECT.
            Assert.True(errno is Errno.OK or Errno.EINVAL);
            if (errno == Errno.OK)
                Assert.True(KernelFlags(fd).Has(OpenFlags.O_DIRECT));
        }
    }

    [Fact]
    public void FailuresGiveTheInvalidDescriptor()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.ENOENT, Libc.Openat(_dir.Fd, Z("absent"), default, 0, out SafeFd fd));
        Assert.Same(SafeFd.Invalid, fd);
        Assert.Equal(Errno.ENOTDIR, Libc.Openat(_dir.Fd, Z("file"), OpenFlags.O_DIRECTORY, 0, out _));
        Assert.Equal(Errno.ELOOP, Libc.Openat(_dir.Fd, Z("link"), OpenFlags.O_NOFOLLOW, 0, out _));
        Assert.Equal(Errno.EEXIST, Libc.Openat(
            _dir.Fd, Z("file"), OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_WRONLY, 0x1A4, out _));
        Assert.Equal(Errno.ENOTDIR, Libc.Openat(file, Z("x"), default, 0, out _));
        Assert.Equal(Errno.EBADF, Libc.Openat(SafeFd.Invalid, Z("x"), default, 0, out _));
    }

    [Fact]
    public void TheModeOfANewFileIsUnderTheUmask()
    {
        uint old = Libc.Umask(0x17);
        try
        {
            Assert.Equal(Errno.OK, Libc.Openat(
                _dir.Fd, Z("new"), OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0x1FF, out SafeFd fd));
            fd.Dispose();
            Assert.Equal(FileMode.S_IFREG | 0x1E8, _dir.Stat("new").Mode);
        }
        finally
        {
            Assert.Equal(0x17u, Libc.Umask(old));
        }
    }

    [Fact]
    public void FilesWithoutANameAreNotInTheDirectory()
    {
        Errno errno = Libc.Openat(_dir.Fd, Z("."), OpenFlags.O_TMPFILE | OpenFlags.O_RDWR, 0x180, out SafeFd fd);
        using (fd)
        {
            Assert.True(errno is Errno.OK or Errno.EOPNOTSUPP);
            Assert.Empty(Directory.GetFileSystemEntries(_dir.Path));
        }
    }

    [Fact]
    public void ThePathFlagIsRemembered()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        Assert.False(file.IsPathOnly);
        Assert.True(named.IsPathOnly);
        Assert.Equal(Errno.OK, Libc.Dup(named, out SafeFd copy));
        using (copy)
            Assert.True(copy.IsPathOnly);
    }

    [Fact]
    public void ReopenFindsAFileThatHasNoNameAnyMore()
    {
        using (SafeFd file = _dir.NewFile("file", "content"))
        using (SafeFd named = _dir.OpenPath("file"))
        {
            Assert.Equal(Errno.OK, Libc.Unlinkat(_dir.Fd, Z("file"), AtFlags.None));
            Assert.Equal(Errno.OK, Libc.Reopen(named, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW, out SafeFd fd));
            using (fd)
            {
                byte[] buffer = new byte[16];
                Assert.Equal(Errno.OK, Libc.Read(fd, buffer, out int count));
                Assert.Equal("content"u8, buffer.AsSpan(0, count));
            }
        }
    }

    [Fact]
    public void TheSharedDescriptorsCannotBeClosed()
    {
        SafeFd.Invalid.Dispose();
        SafeFd.CurrentDirectory.Dispose();
        Assert.True(SafeFd.Invalid.IsInvalid);
        Assert.False(SafeFd.CurrentDirectory.IsInvalid);
        Assert.Equal(Errno.OK, Libc.Openat(SafeFd.CurrentDirectory, Z("."), OpenFlags.O_PATH, 0, out SafeFd fd));
        fd.Dispose();
        Assert.Equal(Errno.EBADF, Libc.Fsync(SafeFd.Invalid));
    }

    [Fact]
    public void ADisposedDescriptorIsABugNotAnErrno()
    {
        SafeFd file = _dir.NewFile("file");
        int number = file.Value;
        file.Dispose();
        Assert.False(File.Exists($"/proc/self/fd/{number}"));
        Assert.Throws<ObjectDisposedException>(() => Libc.Fsync(file));
    }

    [Fact]
    public void ADescriptorThatIsNotOwnedStaysOpen()
    {
        using SafeFd file = _dir.NewFile("file");
        new SafeFd(file.Value, ownsHandle: false).Dispose();
        Assert.Equal(Errno.OK, Libc.Fsync(file));
    }

    private static OpenFlags KernelFlags(SafeFd fd)
    {
        string line = File.ReadLines($"/proc/self/fdinfo/{fd.Value}")
            .Single(l => l.StartsWith("flags:", StringComparison.Ordinal));
        return new OpenFlags(Convert.ToInt32(line["flags:".Length..].Trim(), 8));
    }
}
