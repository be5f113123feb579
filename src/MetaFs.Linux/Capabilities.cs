// What the process may do beyond its user, capabilities(7).
using System.Globalization;

namespace MetaFs.Linux;

/// <summary>The effective capabilities of the process.</summary>
public static class Capabilities
{
#pragma warning disable CS1591 // C names; capabilities(7) has the rest.
    public const int CAP_CHOWN = 0;
    public const int CAP_DAC_OVERRIDE = 1;
    public const int CAP_DAC_READ_SEARCH = 2;
    public const int CAP_FOWNER = 3;
    public const int CAP_FSETID = 4;
    public const int CAP_SYS_ADMIN = 21;
    public const int CAP_SYS_RESOURCE = 24;
    public const int CAP_MKNOD = 27;
#pragma warning restore CS1591

    /// <summary>The set as a bit mask; 0 where /proc cannot be read.</summary>
    public static ulong Effective =>
        Libc.ReadAllBytes(CString.FromTerminated("/proc/self/status\0"u8), out byte[] status) == Errno.OK
            ? Parse(status)
            : 0;

    /// <summary>Whether the process has one, e.g. CAP_SYS_ADMIN.</summary>
    public static bool Has(int capability) => (Effective & (1UL << capability)) != 0;

    /// <summary>Finds the CapEff line of proc_pid_status(5).</summary>
    internal static ulong Parse(ReadOnlySpan<byte> status)
    {
        ReadOnlySpan<byte> label = "\nCapEff:\t"u8;
        int start = status.IndexOf(label);
        if (start < 0)
            return 0;
        ReadOnlySpan<byte> value = status[(start + label.Length)..];
        int end = value.IndexOf((byte)'\n');
        return ulong.TryParse(
            end < 0 ? value : value[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            ? set
            : 0;
    }
}
