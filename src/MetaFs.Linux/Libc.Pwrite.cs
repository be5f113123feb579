// pwrite(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Writes at an offset; the file position stays.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="count">Bytes done, maybe fewer than asked for.</param>
    public static Errno Pwrite(SafeFd fd, ReadOnlySpan<byte> buffer, ulong offset, out int count)
    {
        nint result;
        do
            result = pwrite(fd, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, (long)offset);
        while (Interrupted(result));
        return Result(result, out count);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pwrite(SafeFd fd, ref readonly byte buffer, nuint length, long offset);
}
