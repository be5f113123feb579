// pwritev2(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int RWF_APPEND = 0x10;

    /// <summary>Writes at the end of a file that need not be open with O_APPEND (RWF_APPEND, Linux 4.16).</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="count">Bytes done, maybe fewer than asked for.</param>
    public static unsafe Errno Append(SafeFd fd, ReadOnlySpan<byte> buffer, out int count)
    {
        // SAFETY: the span stays pinned for the call, which only reads it.
        fixed (byte* start = buffer)
        {
            var vector = new IoVector(start, buffer.Length);
            nint result;
            do
                result = pwritev2(fd, &vector, 1, 0, RWF_APPEND);
            while (Interrupted(result));
            return Result(result, out count);
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static unsafe partial nint pwritev2(SafeFd fd, IoVector* vectors, int count, long offset, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private readonly unsafe struct IoVector(byte* start, int length)
    {
        private readonly byte* _start = start;
        private readonly nuint _length = (nuint)length;
    }
}
