// clock_gettime(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int CLOCK_REALTIME = 0;

    /// <summary>The time, ns since the epoch.</summary>
    public static long RealtimeNanoseconds()
    {
        Timespec now = default;
        _ = clock_gettime(CLOCK_REALTIME, ref now);
        return now.ToNanoseconds();
    }

    [LibraryImport(Library)]
    private static partial int clock_gettime(int clock, ref Timespec time);
}
