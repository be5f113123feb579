// symlinkat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it says; any bytes.</param>
    /// <param name="dir">Its parent.</param>
    /// <param name="name">Its name.</param>
    public static Errno Symlinkat(CString target, SafeFd dir, CString name) =>
        Result(symlinkat(in target.Start, dir, in name.Start));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int symlinkat(ref readonly byte target, SafeFd dirfd, ref readonly byte path);
}
