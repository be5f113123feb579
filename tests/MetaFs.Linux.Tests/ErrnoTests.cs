// Errno against the libc it runs on.
using System.Runtime.InteropServices;

namespace MetaFs.Linux.Tests;

public sealed partial class ErrnoTests
{
    [Fact]
    public void EveryValueHasTheNameOfTheSystem()
    {
        foreach (Errno errno in Enum.GetValues<Errno>())
        {
            string? name = Marshal.PtrToStringUTF8(strerrorname_np((int)errno));

            // glibc says ENOTSUP for 95, POSIX's word for the same number.
            string expected = name switch { "0" => "OK", "ENOTSUP" => "EOPNOTSUPP", _ => name! };
            Assert.Equal(expected, errno.ToString());
        }
    }

    [Fact]
    public void EveryNumberOfTheSystemHasAName()
    {
        for (int number = 0; number < 256; number++)
        {
            if (strerrorname_np(number) != 0)
                Assert.True(Enum.IsDefined((Errno)number), $"no name for {number}");
        }
    }

    [Fact]
    public void DescribeIsStrerror()
    {
        Assert.Equal("Operation not permitted", ErrnoText.Describe(Errno.EPERM));
        Assert.Equal("No such file or directory", ErrnoText.Describe(Errno.ENOENT));
        Assert.Equal("Stale file handle", ErrnoText.Describe(Errno.ESTALE));
    }

    [LibraryImport("libc")]
    private static partial nint strerrorname_np(int errnum);
}
