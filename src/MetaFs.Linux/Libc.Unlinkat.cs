// unlinkat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Removes a name.</summary>
    /// <param name="dir">Its parent.</param>
    /// <param name="name">The name.</param>
    /// <param name="flags">AT_REMOVEDIR for directories, and only for them.</param>
    public static Errno Unlinkat(SafeFd dir, CString name, AtFlags flags) =>
        Result(unlinkat(dir, in name.Start, flags));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int unlinkat(SafeFd dirfd, ref readonly byte path, AtFlags flags);
}
