// close(2): once, and sometimes for its error
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Closes a copy of a descriptor: the file is flushed as by close(2), and stays open.</summary>
    /// <returns>What close answered: a network filesystem reports there what it could not write.</returns>
    public static Errno CloseDuplicate(SafeFd fd)
    {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        return copy < 0 ? LastError : Close(copy);
    }

    /// <summary>Closes a number; SafeFd's own release.</summary>
    /// <remarks>
    /// No restart: Linux frees the number even when close(2) says EINTR, and a second close could hit someone else's
    /// new file.
    /// </remarks>
    internal static Errno Close(int fd) => Result(close(fd));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int close(int fd);
}
