// kill(2) and pidfd_open(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; signal(7) has the rest.
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGKILL = 9;
    public const int SIGUSR1 = 10;
    public const int SIGTERM = 15;
#pragma warning restore CS1591

    // glibc has a wrapper since 2.36 only; one number on every architecture. Linux 5.3 brought it.
    private const int SYS_pidfd_open = 434;

    /// <summary>Sends a signal; 0 only asks whether the process is there.</summary>
    /// <returns>OK; ESRCH: no such process; EPERM: there is one, of someone else.</returns>
    public static Errno Kill(int pid, int signal) => Result(kill(pid, signal));

    /// <summary>A descriptor of a process that polls readable when the process ends; closed on exec.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="fd">Caller disposes.</param>
    public static Errno PidfdOpen(int pid, out SafeFd fd) =>
        Result((int)pidfd_open(SYS_pidfd_open, pid, 0), out fd);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint pidfd_open(nint number, nint pid, nuint flags);
}
