// getdents64(2), in glibc since 2.30
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Reads directory entries; <see cref="DirentReader"/> walks them.</summary>
    /// <param name="fd">A directory opened for reading.</param>
    /// <param name="buffer">Room for at least one entry, 280 bytes; the more the better.</param>
    /// <param name="length">Bytes filled in, 0 at the end of the directory.</param>
    public static Errno Getdents64(SafeFd fd, Span<byte> buffer, out int length)
    {
        nint result;
        do
            result = getdents64(fd, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        while (Interrupted(result));
        return Result(result, out length);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint getdents64(SafeFd fd, ref byte buffer, nuint length);
}
