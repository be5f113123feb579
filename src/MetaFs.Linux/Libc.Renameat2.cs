// renameat2(2), in glibc since 2.28
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Renames, replacing what has the new name, or as <paramref name="flags"/> say.</summary>
    /// <param name="oldDir">Parent of the old name.</param>
    /// <param name="oldName">The old name.</param>
    /// <param name="newDir">Parent of the new name.</param>
    /// <param name="newName">The new name.</param>
    /// <param name="flags">EINVAL where the filesystem does not know one.</param>
    public static Errno Renameat2(
        SafeFd oldDir, CString oldName, SafeFd newDir, CString newName, RenameFlags flags) =>
        Result(renameat2(oldDir, in oldName.Start, newDir, in newName.Start, flags));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int renameat2(
        SafeFd olddirfd, ref readonly byte oldpath, SafeFd newdirfd, ref readonly byte newpath, RenameFlags flags);
}
