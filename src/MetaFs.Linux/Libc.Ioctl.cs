// ioctl(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>A device or filesystem request with a struct for argument.</summary>
    /// <typeparam name="T">The argument in its C layout.</typeparam>
    /// <param name="fd">An open file.</param>
    /// <param name="request">The number with direction and size, as _IOWR makes it.</param>
    /// <param name="arg">Read or written, as the request says.</param>
    public static Errno Ioctl<T>(SafeFd fd, ulong request, ref T arg)
        where T : unmanaged =>
        Ioctl(fd, request, ref arg, out _);

    /// <summary>The same, for requests whose answer is the return value (FUSE_DEV_IOC_BACKING_OPEN).</summary>
    public static Errno Ioctl<T>(SafeFd fd, ulong request, ref T arg, out int result)
        where T : unmanaged =>
        Ioctl(fd, request, MemoryMarshal.AsBytes(new Span<T>(ref arg)), out result);

    /// <summary>A device or filesystem request with a buffer for argument.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="request">The number with direction and size.</param>
    /// <param name="arg">At least as many bytes as the request says.</param>
    public static Errno Ioctl(SafeFd fd, ulong request, Span<byte> arg) => Ioctl(fd, request, arg, out _);

    /// <summary>The same, with the return value.</summary>
    public static Errno Ioctl(SafeFd fd, ulong request, Span<byte> arg, out int result)
    {
        // No restart after EINTR: only the device knows what the request had already done.
        int answer = ioctl(fd, (nuint)request, ref MemoryMarshal.GetReference(arg));
        result = answer < 0 ? 0 : answer;
        return Result(answer);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ioctl(SafeFd fd, nuint request, ref byte arg);
}
