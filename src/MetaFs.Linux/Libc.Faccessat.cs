// faccessat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; access(2) has the rest.
    public const int F_OK = 0;
    public const int X_OK = 1;
    public const int W_OK = 2;
    public const int R_OK = 4;
#pragma warning restore CS1591

    /// <summary>Whether the process may do what <paramref name="mode"/> says.</summary>
    /// <param name="dir">Where the path starts.</param>
    /// <param name="path">The file.</param>
    /// <param name="mode">F_OK, or R_OK, W_OK, X_OK together.</param>
    /// <param name="flags">AT_EACCESS, AT_SYMLINK_NOFOLLOW; AT_EMPTY_PATH since Linux 5.8 and glibc 2.33.</param>
    public static Errno Faccessat(SafeFd dir, CString path, int mode, AtFlags flags) =>
        Result(faccessat(dir, in path.Start, mode, flags));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int faccessat(SafeFd dirfd, ref readonly byte path, int mode, AtFlags flags);
}
