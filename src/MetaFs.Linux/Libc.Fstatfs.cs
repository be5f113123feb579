// fstatfs(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>The state of the filesystem an open file is on; O_PATH descriptors will do.</summary>
    public static Errno Fstatfs(SafeFd fd, out Statfs statfs)
    {
        statfs = default;
        int result;
        do
            result = fstatfs(fd, ref statfs);
        while (Interrupted(result));
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fstatfs(SafeFd fd, ref Statfs statfs);
}
