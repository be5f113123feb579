// fallocate(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; fallocate(2) has the rest.
    public const int FALLOC_FL_KEEP_SIZE = 0x1;
    public const int FALLOC_FL_PUNCH_HOLE = 0x2;
    public const int FALLOC_FL_COLLAPSE_RANGE = 0x8;
    public const int FALLOC_FL_ZERO_RANGE = 0x10;
    public const int FALLOC_FL_INSERT_RANGE = 0x20;
    public const int FALLOC_FL_UNSHARE_RANGE = 0x40;
#pragma warning restore CS1591

    /// <summary>Reserves, zeroes or frees a range of a file.</summary>
    /// <param name="fd">A file open for writing.</param>
    /// <param name="mode">FALLOC_FL_* bits; EOPNOTSUPP where the filesystem does not know them.</param>
    /// <param name="offset">Start, bytes.</param>
    /// <param name="length">Bytes.</param>
    public static Errno Fallocate(SafeFd fd, int mode, ulong offset, ulong length)
    {
        int result;
        do
            result = fallocate(fd, mode, (long)offset, (long)length);
        while (Interrupted(result));
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fallocate(SafeFd fd, int mode, long offset, long length);
}
