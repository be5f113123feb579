// fchmod(2), and fchmodat2(2) for descriptors that only name a file
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    // Not in glibc 2.31; one number on every architecture since Linux 5.1's unified table. Linux 6.6 brought it.
    private const int SYS_fchmodat2 = 452;

    private static volatile bool s_noFchmodat2;

    /// <summary>Changes the permissions of an open file, O_PATH descriptors included.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="mode">Permissions and set-id bits; no umask.</param>
    /// <returns>OK; EOPNOTSUPP: it is a symbolic link.</returns>
    public static Errno Fchmod(SafeFd fd, uint mode)
    {
        if (!fd.IsPathOnly)
            return Result(fchmod(fd, mode));
        if (!s_noFchmodat2)
        {
            nint result = fchmodat2(
                SYS_fchmodat2, fd, in CString.Empty.Start, mode, (nint)AtFlags.AT_EMPTY_PATH);
            if (result == 0)
                return Errno.OK;
            if (LastError != Errno.ENOSYS)
                return LastError;
            s_noFchmodat2 = true;
        }

        return FchmodByPath(fd, mode);
    }

    /// <summary>The way of kernels before 6.6.</summary>
    internal static Errno FchmodByPath(SafeFd fd, uint mode)
    {
        // Those kernels pass the mode of a symbolic link on to the filesystem, and some store it and answer an
        // error all the same (glibc bug 14578), so links are sorted out first.
        Errno errno = Fstatx(fd, StatxMask.STATX_TYPE, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        if (FileMode.IsSymlink(stat.Mode))
            return Errno.EOPNOTSUPP;
        using var proc = new ProcFdPath(fd);
        return Result(chmod(in proc.Start, mode));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fchmod(SafeFd fd, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int chmod(ref readonly byte path, uint mode);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint fchmodat2(nint number, SafeFd dirfd, ref readonly byte path, nuint mode, nint flags);
}
