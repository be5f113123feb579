// flock(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; flock(2) has the rest.
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;
#pragma warning restore CS1591

    /// <summary>Locks or unlocks an open file as a whole.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="operation">LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB to not wait.</param>
    /// <returns>OK; EAGAIN: LOCK_NB, and someone else has it; EINTR: a signal ended the wait.</returns>
    public static Errno Flock(SafeFd fd, int operation) => Result(flock(fd, operation));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int flock(SafeFd fd, int operation);
}
