// Extended attributes on open files, O_PATH descriptors and symbolic links.
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class XattrTests : IDisposable
{
    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AttributesAreSetReadListedAndRemoved(bool pathOnly)
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        SafeFd fd = pathOnly ? named : file;
        byte[] value = new byte[16];

        Assert.Equal(Errno.ENODATA, Libc.Fgetxattr(fd, Z("user.a"), value, out _));
        Assert.Equal(Errno.OK, Libc.Fsetxattr(fd, Z("user.a"), [1, 0, 255], 0));
        Assert.Equal(Errno.EEXIST, Libc.Fsetxattr(fd, Z("user.a"), [1], Libc.XATTR_CREATE));
        Assert.Equal(Errno.ENODATA, Libc.Fsetxattr(fd, Z("user.b"), [1], Libc.XATTR_REPLACE));
        Assert.Equal(Errno.OK, Libc.Fsetxattr(fd, Z("user.empty"), default, 0));

        Assert.Equal(Errno.OK, Libc.Fgetxattr(fd, Z("user.a"), value, out int size));
        Assert.Equal([1, 0, 255], value[..size]);
        Assert.Equal(Errno.OK, Libc.Fgetxattr(fd, Z("user.a"), default, out size));
        Assert.Equal(3, size);
        Assert.Equal(Errno.ERANGE, Libc.Fgetxattr(fd, Z("user.a"), value.AsSpan(0, 2), out size));
        Assert.Equal(0, size);
        Assert.Equal(Errno.OK, Libc.Fgetxattr(fd, Z("user.empty"), value, out size));
        Assert.Equal(0, size);

        byte[] names = new byte[1024];
        Assert.Equal(Errno.OK, Libc.Flistxattr(fd, default, out int needed));
        Assert.Equal(Errno.OK, Libc.Flistxattr(fd, names, out int length));
        Assert.Equal(needed, length);
        Assert.True(names.AsSpan(0, length).IndexOf("user.a\0"u8) >= 0);

        Assert.Equal(Errno.OK, Libc.Fremovexattr(fd, Z("user.a")));
        Assert.Equal(Errno.ENODATA, Libc.Fremovexattr(fd, Z("user.a")));
    }

    [Fact]
    public void TheTargetOfASymbolicLinkIsNotReached()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Fsetxattr(file, Z("user.a"), [1], 0));

        // xattr(7): symbolic links have no user attributes; only the target does, and it must not answer.
        Assert.Equal(Errno.EPERM, Libc.Fsetxattr(link, Z("user.a"), [2], 0));
        Assert.Equal(Errno.EPERM, Libc.Fremovexattr(link, Z("user.a")));
        Assert.Equal(Errno.ENODATA, Libc.Fgetxattr(link, Z("user.a"), default, out _));
        Assert.Equal(Errno.OK, Libc.Flistxattr(link, default, out int size));
        Assert.Equal(0, size);
    }

    [RootFact]
    public void ASymbolicLinkHasTrustedAttributesOfItsOwn()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Fsetxattr(link, Z("trusted.a"), [7], 0));
        byte[] value = new byte[4];
        Assert.Equal(Errno.OK, Libc.Fgetxattr(link, Z("trusted.a"), value, out int size));
        Assert.Equal([7], value[..size]);
        Assert.Equal(Errno.ENODATA, Libc.Fgetxattr(file, Z("trusted.a"), value, out _));
    }

    [Fact]
    public void OlderKernelsAnswerAlikeInAnotherWay()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        using SafeFd link = _dir.NewSymlink("link", "file");
        Assert.Equal(Errno.OK, Libc.Fsetxattr(file, Z("user.a"), [1, 2, 3], 0));
        foreach (SafeFd fd in (SafeFd[])[named, link])
        {
            foreach (string name in (string[])["user.a", "user.b", "no.such.space"])
            {
                foreach (int room in (int[])[0, 2, 10])
                {
                    byte[] value = new byte[room], other = new byte[room];
                    Errno errno = Libc.Fgetxattr(fd, Z(name), value, out int size);
                    Assert.Equal((errno, size), (Libc.GetxattrByPath(fd, Z(name), other, out int otherSize), otherSize));
                    Assert.Equal(value, other);
                }
            }

            byte[] names = new byte[1000], otherNames = new byte[1000];
            Assert.Equal(Errno.OK, Libc.Flistxattr(fd, names, out int length));
            Assert.Equal((Errno.OK, length), (Libc.ListxattrByPath(fd, otherNames, out int otherLength), otherLength));
            Assert.Equal(names, otherNames);
        }
    }

    [Fact]
    public void ADescriptorOfNothingIsEbadf()
    {
        Assert.Equal(Errno.EBADF, Libc.Fgetxattr(SafeFd.Invalid, Z("user.a"), default, out _));
        Assert.Equal(Errno.EBADF, Libc.Flistxattr(SafeFd.Invalid, default, out _));
    }

    [Fact]
    public void PathDescriptorsCostNoAllocation()
    {
        using SafeFd file = _dir.NewFile("file");
        using SafeFd named = _dir.OpenPath("file");
        CString name = CString.FromTerminated("user.a\0"u8);
        Span<byte> value = stackalloc byte[16];
        _ = Libc.Fsetxattr(named, name, [1], 0);
        long before = 0;
        for (int i = 0; i < 100; i++)
        {
            // The first round binds the imports.
            if (i == 1)
                before = GC.GetAllocatedBytesForCurrentThread();
            _ = Libc.Fgetxattr(named, name, value, out _);
            _ = Libc.Fchmod(named, 0x1A4);
            _ = Libc.Fstatx(named, StatxMask.STATX_BASIC_STATS, out _);
            _ = Libc.Utimensat(named, CString.Empty, Timespec.Now, Timespec.Omit, AtFlags.None);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
