// utimensat(2), and its form for open files, futimens(3)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Sets the times of a file.</summary>
    /// <param name="dir">Where the path starts; the file itself when the path is empty.</param>
    /// <param name="path">The file.</param>
    /// <param name="atime">Access time, <see cref="Timespec.Now"/> or <see cref="Timespec.Omit"/>.</param>
    /// <param name="mtime">Modification time, likewise.</param>
    /// <param name="flags">AT_SYMLINK_NOFOLLOW; AT_EMPTY_PATH is implied by an empty path.</param>
    public static Errno Utimensat(SafeFd dir, CString path, Timespec atime, Timespec mtime, AtFlags flags)
    {
        Span<Timespec> times = [atime, mtime];
        ref Timespec start = ref MemoryMarshal.GetReference(times);
        if (path.Length != 0)
            return Result(utimensat(dir, in path.Start, in start, flags));

        // O_PATH descriptors are EBADF to futimens; AT_EMPTY_PATH, their way, is new in Linux 5.8.
        return dir.IsPathOnly
            ? Result(utimensat(dir, in path.Start, in start, AtFlags.AT_EMPTY_PATH))
            : Result(futimens(dir, in start));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int utimensat(
        SafeFd dirfd, ref readonly byte path, ref readonly Timespec times, AtFlags flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int futimens(SafeFd fd, ref readonly Timespec times);
}
