// linkat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Gives a file one more name.</summary>
    /// <param name="oldDir">Where the old path starts; the file itself with AT_EMPTY_PATH and an empty path.</param>
    /// <param name="oldPath">The file.</param>
    /// <param name="newDir">Parent of the new name.</param>
    /// <param name="newPath">The new name.</param>
    /// <param name="flags">AT_EMPTY_PATH, AT_SYMLINK_FOLLOW.</param>
    public static Errno Linkat(SafeFd oldDir, CString oldPath, SafeFd newDir, CString newPath, AtFlags flags)
    {
        Errno errno = Result(linkat(oldDir, in oldPath.Start, newDir, in newPath.Start, flags));

        // AT_EMPTY_PATH asks for CAP_DAC_READ_SEARCH and says ENOENT without it.
        if (errno != Errno.ENOENT || (flags & AtFlags.AT_EMPTY_PATH) == 0 || oldPath.Length != 0)
            return errno;
        return LinkByPath(oldDir, newDir, newPath);
    }

    /// <summary>The way of processes without the capability, open(2) on O_TMPFILE.</summary>
    internal static Errno LinkByPath(SafeFd fd, SafeFd newDir, CString newPath)
    {
        using var proc = new ProcFdPath(fd);
        return Result(linkat(
            SafeFd.CurrentDirectory, in proc.Start, newDir, in newPath.Start, AtFlags.AT_SYMLINK_FOLLOW));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int linkat(
        SafeFd olddirfd, ref readonly byte oldpath, SafeFd newdirfd, ref readonly byte newpath, AtFlags flags);
}
