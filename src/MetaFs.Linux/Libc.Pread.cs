// pread(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Reads at an offset; the file position stays.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="count">Bytes done, maybe fewer than asked for; 0 at the end of the file.</param>
    public static Errno Pread(SafeFd fd, Span<byte> buffer, ulong offset, out int count)
    {
        nint result;
        do
            result = pread(fd, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, (long)offset);
        while (Interrupted(result));
        return Result(result, out count);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pread(SafeFd fd, ref byte buffer, nuint length, long offset);
}
