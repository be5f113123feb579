// statx(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Attributes of a file.</summary>
    /// <param name="dir">Where relative paths start; the file itself with AT_EMPTY_PATH and an empty path.</param>
    /// <param name="path">Any path.</param>
    /// <param name="flags">AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_STATX_*.</param>
    /// <param name="mask">The wanted fields; <see cref="MetaFs.Linux.Statx.Mask"/> tells which came.</param>
    /// <param name="stat">The answer.</param>
    public static Errno Statx(SafeFd dir, CString path, AtFlags flags, StatxMask mask, out Statx stat)
    {
        stat = default;
        int result;
        do
            result = statx(dir, in path.Start, flags, mask, ref stat);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Attributes of an open file, O_PATH descriptors included.</summary>
    public static Errno Fstatx(SafeFd fd, StatxMask mask, out Statx stat) =>
        Statx(fd, CString.Empty, AtFlags.AT_EMPTY_PATH, mask, out stat);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int statx(
        SafeFd dirfd, ref readonly byte path, AtFlags flags, StatxMask mask, ref Statx stat);
}
