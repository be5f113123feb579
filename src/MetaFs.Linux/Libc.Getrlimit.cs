// getrlimit(2) and setrlimit(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; getrlimit(2) has the rest.
    public const int RLIMIT_FSIZE = 1;
    public const int RLIMIT_CORE = 4;
    public const int RLIMIT_NOFILE = 7;
    public const ulong RLIM_INFINITY = ulong.MaxValue;
#pragma warning restore CS1591

    /// <summary>A resource limit of the process.</summary>
    /// <param name="resource">RLIMIT_*.</param>
    /// <param name="soft">What counts.</param>
    /// <param name="hard">How far <paramref name="soft"/> may be raised.</param>
    public static Errno Getrlimit(int resource, out ulong soft, out ulong hard)
    {
        ResourceLimit limit = default;
        int result = getrlimit(resource, ref limit);
        soft = limit.Soft;
        hard = limit.Hard;
        return Result(result);
    }

    /// <summary>Sets a resource limit of the process.</summary>
    public static Errno Setrlimit(int resource, ulong soft, ulong hard)
    {
        var limit = new ResourceLimit { Soft = soft, Hard = hard };
        return Result(setrlimit(resource, in limit));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getrlimit(int resource, ref ResourceLimit limit);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int setrlimit(int resource, ref readonly ResourceLimit limit);

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
