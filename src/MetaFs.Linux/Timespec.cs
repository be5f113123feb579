// struct timespec and its way to and from nanoseconds since the epoch.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>struct timespec of the 64-bit ABIs.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly struct Timespec : IEquatable<Timespec>
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long UTIME_NOW = (1L << 30) - 1;
    private const long UTIME_OMIT = (1L << 30) - 2;

    /// <summary>Seconds since the epoch; negative before 1970.</summary>
    public readonly long Sec;

    /// <summary>Nanoseconds after <see cref="Sec"/>, 0..999999999, also before 1970.</summary>
    public readonly long Nsec;

    /// <summary>A point in time.</summary>
    public Timespec(long sec, long nsec)
    {
        Sec = sec;
        Nsec = nsec;
    }

    /// <summary>UTIME_NOW: the kernel takes its own clock, utimensat(2).</summary>
    public static Timespec Now => new(0, UTIME_NOW);

    /// <summary>UTIME_OMIT: the time stays, utimensat(2).</summary>
    public static Timespec Omit => new(0, UTIME_OMIT);

    /// <summary>Splits nanoseconds since the epoch; times before 1970 round towards the past.</summary>
    public static Timespec FromNanoseconds(long ns)
    {
        long sec = Math.DivRem(ns, NanosecondsPerSecond, out long nsec);
        return nsec < 0 ? new Timespec(sec - 1, nsec + NanosecondsPerSecond) : new Timespec(sec, nsec);
    }

    /// <summary>Nanoseconds since the epoch, held at the ends of the range (years 1677 and 2262).</summary>
    public long ToNanoseconds()
    {
        Int128 ns = ((Int128)Sec * NanosecondsPerSecond) + Nsec;
        return (long)Int128.Clamp(ns, long.MinValue, long.MaxValue);
    }

    /// <inheritdoc/>
    public bool Equals(Timespec other) => Sec == other.Sec && Nsec == other.Nsec;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Timespec other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sec, Nsec);

    /// <summary>Seconds and nanoseconds, e.g. "-1.999999999".</summary>
    public override string ToString() => $"{Sec}.{Nsec:D9}";

    /// <summary>Whether both fields are equal.</summary>
    public static bool operator ==(Timespec left, Timespec right) => left.Equals(right);

    /// <summary>Whether a field differs.</summary>
    public static bool operator !=(Timespec left, Timespec right) => !left.Equals(right);
}
