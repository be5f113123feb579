// mkdirat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Makes a directory.</summary>
    /// <param name="dir">Its parent.</param>
    /// <param name="name">Its name.</param>
    /// <param name="mode">Permissions, before the umask.</param>
    public static Errno Mkdirat(SafeFd dir, CString name, uint mode) =>
        Result(mkdirat(dir, in name.Start, mode));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int mkdirat(SafeFd dirfd, ref readonly byte path, uint mode);
}
