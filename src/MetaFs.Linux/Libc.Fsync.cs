// fsync(2), fdatasync(2), syncfs(2) and sync(2)
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Brings a file's content and attributes to disk.</summary>
    public static Errno Fsync(SafeFd fd)
    {
        int result;
        do
            result = fsync(fd);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Likewise, a file that System.IO has opened.</summary>
    public static Errno Fsync(SafeFileHandle file)
    {
        int result;
        do
            result = fsync(file);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Brings a file's content to disk, and the attributes needed to read it back.</summary>
    public static Errno Fdatasync(SafeFd fd)
    {
        int result;
        do
            result = fdatasync(fd);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Brings the whole filesystem of an open file to disk.</summary>
    public static Errno Syncfs(SafeFd fd)
    {
        int result;
        do
            result = syncfs(fd);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Brings all filesystems of the machine to disk; those below a FUSE mount too. Cannot fail.</summary>
    public static void Sync() => sync();

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fsync(SafeFd fd);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fdatasync(SafeFd fd);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int syncfs(SafeFd fd);

    [LibraryImport(Library)]
    private static partial void sync();
}
