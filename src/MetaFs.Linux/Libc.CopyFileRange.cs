// copy_file_range(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Copies between two files without the bytes passing through the process.</summary>
    /// <param name="source">A file open for reading.</param>
    /// <param name="sourceOffset">Where to read; moved on by the bytes copied.</param>
    /// <param name="target">A file open for writing.</param>
    /// <param name="targetOffset">Where to write; moved on by the bytes copied.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="copied">Bytes copied, maybe fewer; 0 at the end of the source.</param>
    /// <returns>OK; EXDEV, EOPNOTSUPP, EINVAL: this pair of files has to be copied by read and write.</returns>
    public static Errno CopyFileRange(
        SafeFd source,
        ref ulong sourceOffset,
        SafeFd target,
        ref ulong targetOffset,
        ulong length,
        out ulong copied)
    {
        nint result;
        do
            result = copy_file_range(source, ref sourceOffset, target, ref targetOffset, (nuint)length, 0);
        while (Interrupted(result));
        copied = result < 0 ? 0 : (ulong)result;
        return result < 0 ? LastError : Errno.OK;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint copy_file_range(
        SafeFd source, ref ulong sourceOffset, SafeFd target, ref ulong targetOffset, nuint length, uint flags);
}
