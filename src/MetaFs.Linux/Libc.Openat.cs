// openat(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Opens or creates a file; O_CLOEXEC is always added.</summary>
    /// <param name="dir">Where relative paths start.</param>
    /// <param name="path">Any path; a name for race-free use, with O_NOFOLLOW.</param>
    /// <param name="flags">O_* flags.</param>
    /// <param name="mode">Permissions of a created file, before the umask.</param>
    /// <param name="fd">The descriptor, caller disposes; <see cref="SafeFd.Invalid"/> on error.</param>
    public static Errno Openat(SafeFd dir, CString path, OpenFlags flags, uint mode, out SafeFd fd)
    {
        int result;
        do
            result = openat(dir, in path.Start, (flags | OpenFlags.O_CLOEXEC).Value, mode);
        while (Interrupted(result));
        return Result(result, out fd, flags.Has(OpenFlags.O_PATH));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int openat(SafeFd dirfd, ref readonly byte path, int flags, uint mode);
}
