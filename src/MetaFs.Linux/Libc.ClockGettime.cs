// clock_gettime(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int CLOCK_REALTIME = 0;
    private const int CLOCK_REALTIME_COARSE = 5;

    /// <summary>The time, ns since the epoch.</summary>
    public static long RealtimeNanoseconds()
    {
        Timespec now = default;
        _ = clock_gettime(CLOCK_REALTIME, ref now);
        return now.ToNanoseconds();
    }

    /// <summary>The time of the kernel's last tick, ns: what file systems stamp with. Never later than <see cref="RealtimeNanoseconds"/>.</summary>
    public static long TickNanoseconds()
    {
        Timespec now = default;
        _ = clock_gettime(CLOCK_REALTIME_COARSE, ref now);
        return now.ToNanoseconds();
    }

    [LibraryImport(Library)]
    private static partial int clock_gettime(int clock, ref Timespec time);
}
