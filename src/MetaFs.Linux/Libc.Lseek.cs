// lseek(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; lseek(2) has the rest.
    public const int SEEK_SET = 0;
    public const int SEEK_CUR = 1;
    public const int SEEK_END = 2;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;
#pragma warning restore CS1591

    /// <summary>Moves the file position, or finds data and holes.</summary>
    /// <param name="fd">An open file or directory.</param>
    /// <param name="offset">Bytes, or the cookie of a directory entry.</param>
    /// <param name="whence">SEEK_*.</param>
    /// <param name="position">The new position.</param>
    /// <returns>OK; ENXIO: no data, or no such offset, for SEEK_DATA and SEEK_HOLE.</returns>
    public static Errno Lseek(SafeFd fd, long offset, int whence, out long position)
    {
        // Cookies of ext4 directories use all 63 bits, so only -1 is an error, as the man page says.
        long result = lseek(fd, offset, whence);
        position = result == -1 ? 0 : result;
        return result == -1 ? LastError : Errno.OK;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial long lseek(SafeFd fd, long offset, int whence);
}
