// writev(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Writes two pieces in one call: one message to /dev/fuse.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="first">The first piece.</param>
    /// <param name="second">The second piece; may be empty.</param>
    /// <param name="count">Bytes written of both together.</param>
    public static unsafe Errno Writev(
        SafeFd fd, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out int count)
    {
        // SAFETY: both spans stay pinned for the call, which only reads them.
        fixed (byte* firstStart = first, secondStart = second)
        {
            IoVector* vectors = stackalloc IoVector[2];
            vectors[0] = new IoVector(firstStart, first.Length);
            vectors[1] = new IoVector(secondStart, second.Length);
            nint result;
            do
                result = writev(fd, vectors, second.IsEmpty ? 1 : 2);
            while (Interrupted(result));
            return Result(result, out count);
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static unsafe partial nint writev(SafeFd fd, IoVector* vectors, int count);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private readonly unsafe struct IoVector(byte* start, int length)
    {
        private readonly byte* _start = start;
        private readonly nuint _length = (nuint)length;
    }
}
