// getxattr(2), setxattr(2), listxattr(2), removexattr(2) on descriptors
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; setxattr(2) has the rest.
    public const int XATTR_CREATE = 1;
    public const int XATTR_REPLACE = 2;
#pragma warning restore CS1591

    // O_PATH descriptors are EBADF to the f*xattr calls; SafeFd knows them, so each wrapper makes one call.

    /// <summary>Reads an extended attribute.</summary>
    /// <param name="fd">The file; O_PATH descriptors work, of symbolic links too.</param>
    /// <param name="name">The name with its namespace.</param>
    /// <param name="value">Where the value goes; empty asks for its size.</param>
    /// <param name="size">Size of the value, bytes.</param>
    /// <returns>OK; ENODATA: there is none; ERANGE: the buffer is too small.</returns>
    public static Errno Fgetxattr(SafeFd fd, CString name, Span<byte> value, out int size)
    {
        ref byte start = ref MemoryMarshal.GetReference(value);
        if (!fd.IsPathOnly)
            return Result(fgetxattr(fd, in name.Start, ref start, (nuint)value.Length), out size);
        return OwnDescriptors.Directory is { } descriptors
            ? Getxattrat(descriptors, fd, name, value, out size)
            : GetxattrByPath(fd, name, value, out size);
    }

    /// <summary>The way of kernels before 6.13.</summary>
    internal static Errno GetxattrByPath(SafeFd fd, CString name, Span<byte> value, out int size)
    {
        ref byte start = ref MemoryMarshal.GetReference(value);
        using var proc = new ProcFdPath(fd);
        return Result(getxattr(in proc.Start, in name.Start, ref start, (nuint)value.Length), out size);
    }

    /// <summary>Sets an extended attribute.</summary>
    /// <param name="fd">The file; O_PATH descriptors work, of symbolic links too.</param>
    /// <param name="name">The name with its namespace.</param>
    /// <param name="value">The value.</param>
    /// <param name="flags">XATTR_CREATE, XATTR_REPLACE or 0.</param>
    public static Errno Fsetxattr(SafeFd fd, CString name, ReadOnlySpan<byte> value, int flags)
    {
        ref readonly byte start = ref MemoryMarshal.GetReference(value);
        if (!fd.IsPathOnly)
            return Result(fsetxattr(fd, in name.Start, in start, (nuint)value.Length, flags));
        using var proc = new ProcFdPath(fd);
        return Result(setxattr(in proc.Start, in name.Start, in start, (nuint)value.Length, flags));
    }

    /// <summary>Lists the names of the extended attributes, each with its NUL.</summary>
    /// <param name="fd">The file; O_PATH descriptors work, of symbolic links too.</param>
    /// <param name="names">Where they go; empty asks for their size.</param>
    /// <param name="size">Size of all, bytes.</param>
    public static Errno Flistxattr(SafeFd fd, Span<byte> names, out int size)
    {
        ref byte start = ref MemoryMarshal.GetReference(names);
        if (!fd.IsPathOnly)
            return Result(flistxattr(fd, ref start, (nuint)names.Length), out size);
        return OwnDescriptors.Directory is { } descriptors
            ? Listxattrat(descriptors, fd, names, out size)
            : ListxattrByPath(fd, names, out size);
    }

    /// <summary>The way of kernels before 6.13.</summary>
    internal static Errno ListxattrByPath(SafeFd fd, Span<byte> names, out int size)
    {
        ref byte start = ref MemoryMarshal.GetReference(names);
        using var proc = new ProcFdPath(fd);
        return Result(listxattr(in proc.Start, ref start, (nuint)names.Length), out size);
    }

    /// <summary>Removes an extended attribute.</summary>
    /// <returns>OK; ENODATA: there is none.</returns>
    public static Errno Fremovexattr(SafeFd fd, CString name)
    {
        if (!fd.IsPathOnly)
            return Result(fremovexattr(fd, in name.Start));
        using var proc = new ProcFdPath(fd);
        return Result(removexattr(in proc.Start, in name.Start));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint fgetxattr(SafeFd fd, ref readonly byte name, ref byte value, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint getxattr(ref readonly byte path, ref readonly byte name, ref byte value, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fsetxattr(
        SafeFd fd, ref readonly byte name, ref readonly byte value, nuint size, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int setxattr(
        ref readonly byte path, ref readonly byte name, ref readonly byte value, nuint size, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint flistxattr(SafeFd fd, ref byte list, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint listxattr(ref readonly byte path, ref byte list, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fremovexattr(SafeFd fd, ref readonly byte name);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int removexattr(ref readonly byte path, ref readonly byte name);
}
