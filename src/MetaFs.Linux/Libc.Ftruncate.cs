// ftruncate(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Sets the size of a file open for writing.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="length">New size, bytes.</param>
    public static Errno Ftruncate(SafeFd fd, ulong length)
    {
        int result;
        do
            result = ftruncate(fd, (long)length);
        while (Interrupted(result));
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ftruncate(SafeFd fd, long length);
}
