// close(2) for its error: what a network file system could not write is reported there
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Closes a copy of a descriptor: the file is flushed as by close(2), and stays open.</summary>
    /// <returns>What close answered; close(2) says not to repeat it, EINTR included.</returns>
    public static Errno CloseDuplicate(SafeFd fd)
    {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        return copy < 0 ? LastError : Result(close(copy));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int close(int fd);
}
