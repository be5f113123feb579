// getuid(2), getpid(2), setsid(2), umask(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Real user id.</summary>
    public static uint Getuid() => getuid();

    /// <summary>Effective user id.</summary>
    public static uint Geteuid() => geteuid();

    /// <summary>Real group id.</summary>
    public static uint Getgid() => getgid();

    /// <summary>Effective group id.</summary>
    public static uint Getegid() => getegid();

    /// <summary>Process id.</summary>
    public static int Getpid() => getpid();

    /// <summary>Starts a session without a terminal.</summary>
    /// <returns>OK; EPERM: the process leads a process group already.</returns>
    public static Errno Setsid() => Result(setsid());

    /// <summary>Sets the file mode creation mask of the process.</summary>
    /// <returns>The mask until now.</returns>
    public static uint Umask(uint mask) => umask(mask);

    [LibraryImport(Library)]
    private static partial uint getuid();

    [LibraryImport(Library)]
    private static partial uint geteuid();

    [LibraryImport(Library)]
    private static partial uint getgid();

    [LibraryImport(Library)]
    private static partial uint getegid();

    [LibraryImport(Library)]
    private static partial int getpid();

    [LibraryImport(Library, SetLastError = true)]
    private static partial int setsid();

    [LibraryImport(Library)]
    private static partial uint umask(uint mask);
}
