// read(2) and write(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Reads from the file position.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="count">Bytes read; 0 at the end.</param>
    public static Errno Read(SafeFd fd, Span<byte> buffer, out int count)
    {
        nint result;
        do
            result = read(fd, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        while (Interrupted(result));
        return Result(result, out count);
    }

    /// <summary>Writes at the file position.</summary>
    /// <param name="fd">An open file.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="count">Bytes written, maybe fewer than given.</param>
    public static Errno Write(SafeFd fd, ReadOnlySpan<byte> buffer, out int count)
    {
        nint result;
        do
            result = write(fd, in MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        while (Interrupted(result));
        return Result(result, out count);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint read(SafeFd fd, ref byte buffer, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(SafeFd fd, ref readonly byte buffer, nuint length);
}
