// fchownat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Changes the owner and group of a file.</summary>
    /// <param name="dir">Where the path starts; the file itself with AT_EMPTY_PATH and an empty path.</param>
    /// <param name="path">The file.</param>
    /// <param name="uid">New owner; <see cref="uint.MaxValue"/> leaves it.</param>
    /// <param name="gid">New group; <see cref="uint.MaxValue"/> leaves it.</param>
    /// <param name="flags">AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW.</param>
    public static Errno Fchownat(SafeFd dir, CString path, uint uid, uint gid, AtFlags flags) =>
        Result(fchownat(dir, in path.Start, uid, gid, flags));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fchownat(SafeFd dirfd, ref readonly byte path, uint owner, uint group, AtFlags flags);
}
