// Calls by path that MetaFs itself never makes, so MetaFs.Linux does not wrap them.
using System.Runtime.InteropServices;

namespace MetaFs.Posix.Directories;

/// <summary>libc by itself; -1 and errno.</summary>
internal static class Syscalls
{
    public const int MAP_SHARED = 1;
    public const int MS_SYNC = 4;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;

    public static Errno Truncate(byte[] path, long length) => Result(truncate(path, length));

    public static Errno Ftruncate(SafeFd fd, long length) => Result(ftruncate(fd, length));

    public static Errno Fchmodat(SafeFd dir, byte[] path, uint mode) => Result(fchmodat(dir, path, mode, 0));

    public static Errno Mmap(SafeFd fd, nuint length, int protection, out nint address)
    {
        address = mmap(0, length, protection, MAP_SHARED, fd, 0);
        return address == -1 ? (Errno)Marshal.GetLastPInvokeError() : OK;
    }

    public static Errno Msync(nint address, nuint length) => Result(msync(address, length, MS_SYNC));

    public static Errno Munmap(nint address, nuint length) => Result(munmap(address, length));

    /// <summary>The supplementary groups of the process.</summary>
    public static uint[] Getgroups()
    {
        uint[] groups = new uint[Math.Max(0, getgroups(0, null))];
        int count = getgroups(groups.Length, groups);
        return count < 0 ? [] : groups[..count];
    }

    private static Errno Result(int result) => result < 0 ? (Errno)Marshal.GetLastPInvokeError() : OK;

    [DllImport("libc", SetLastError = true)]
    private static extern int truncate(byte[] path, long length);

    [DllImport("libc", SetLastError = true)]
    private static extern int ftruncate(SafeFd fd, long length);

    [DllImport("libc", SetLastError = true)]
    private static extern int fchmodat(SafeFd dir, byte[] path, uint mode, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, SafeFd fd, long offset);

    [DllImport("libc", SetLastError = true)]
    private static extern int msync(nint address, nuint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int munmap(nint address, nuint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int getgroups(int size, uint[]? list);
}
