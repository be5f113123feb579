// dup2(2), and fcntl(2) where it is about descriptors
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int F_SETFD = 2;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int FD_CLOEXEC = 1;

    /// <summary>Another descriptor of the same open file, closed on exec.</summary>
    /// <param name="fd">The descriptor to copy.</param>
    /// <param name="copy">Caller disposes.</param>
    public static Errno Dup(SafeFd fd, out SafeFd copy) =>
        Result(fcntl(fd, F_DUPFD_CLOEXEC, 0), out copy, fd.IsPathOnly);

    /// <summary>Makes a number stand for the same open file; the copy is not closed on exec.</summary>
    /// <param name="fd">The descriptor to copy.</param>
    /// <param name="number">0, 1 or 2: what was open there is closed.</param>
    public static Errno Dup2(SafeFd fd, int number)
    {
        int result;
        do
            result = dup2(fd, number);
        while (Interrupted(result));
        return Result(result);
    }

    /// <summary>Sets or clears FD_CLOEXEC.</summary>
    /// <remarks>Clear it as late as possible: any process started meanwhile, by any thread, inherits it.</remarks>
    public static Errno SetCloseOnExec(SafeFd fd, bool closeOnExec) =>
        Result(fcntl(fd, F_SETFD, closeOnExec ? FD_CLOEXEC : 0));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fcntl(SafeFd fd, int command, nint arg);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int dup2(SafeFd fd, int number);
}
