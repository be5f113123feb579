// readlinkat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Reads what a symbolic link says, without a NUL.</summary>
    /// <param name="dir">Its parent; the link itself, as O_PATH descriptor, with an empty name.</param>
    /// <param name="name">Its name.</param>
    /// <param name="buffer">Where the bytes go; a longer target is cut off silently.</param>
    /// <param name="length">Bytes filled in.</param>
    public static Errno Readlinkat(SafeFd dir, CString name, Span<byte> buffer, out int length) =>
        Result(
            readlinkat(dir, in name.Start, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length),
            out length);

    /// <summary>The path by which a descriptor was opened, as the kernel sees it now; without a NUL.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="buffer">Where the bytes go; a longer path is cut off silently.</param>
    /// <param name="length">Bytes filled in.</param>
    public static Errno PathOf(SafeFd fd, Span<byte> buffer, out int length)
    {
        using var path = new ProcFdPath(fd);
        return Result(
            readlinkat(SafeFd.CurrentDirectory, in path.Start, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length),
            out length);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint readlinkat(SafeFd dirfd, ref readonly byte path, ref byte buffer, nuint length);
}
