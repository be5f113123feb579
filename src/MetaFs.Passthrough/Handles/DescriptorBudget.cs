using MetaFs.Linux;

namespace MetaFs.Passthrough.Handles;

/// <summary>How many of the process's descriptors go where, by RLIMIT_NOFILE.</summary>
/// <remarks>
/// The runtime does not survive a process without descriptors (an exception thrown then, which looks for a file, ends it:
/// "terminate called after throwing an instance of 'PAL_SEHException'"), and a program may open as many files as the
/// daemon. So open files never take all: the rest is for requests under way, the database, the device's clones and the
/// runtime.
/// </remarks>
internal readonly record struct DescriptorBudget
{
    private const int Unknown = 1024;
    private const ulong MostDirectories = 1024;
    private const ulong MostSpare = 256;

    private DescriptorBudget(ulong limit)
    {
        ulong directories = Math.Clamp(limit / 4, 16, MostDirectories);
        ulong spare = Math.Min(limit / 4, MostSpare);
        Directories = (int)directories;
        Handles = (int)Math.Clamp((long)Math.Min(limit, int.MaxValue) - (long)directories - (long)spare, 16, int.MaxValue);
    }

    /// <summary>Descriptors of directories that are kept.</summary>
    public int Directories { get; }

    /// <summary>Open files and directories of all programs.</summary>
    public int Handles { get; }

    /// <summary>Of this process, as it is now.</summary>
    public static DescriptorBudget OfProcess() =>
        new(Libc.Getrlimit(Libc.RLIMIT_NOFILE, out ulong soft, out _) == Errno.OK ? soft : Unknown);
}
