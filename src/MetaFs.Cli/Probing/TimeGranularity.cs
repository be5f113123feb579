// How coarsely a file system keeps times, from what it showed of some. Pure.
namespace MetaFs.Cli.Probing;

/// <summary>A time that was set, and the one that was shown then; ns since the epoch.</summary>
internal readonly record struct TimeSample(long Wanted, long Shown);

/// <summary>Finds the unit of kept times.</summary>
internal static class TimeGranularity
{
    private const long Second = 1_000_000_000;

    // What file systems are known to keep: ns; NTFS and SMB 100 ns; us; ms; exFAT 10 ms; ext3 1 s; FAT 2 s; minutes;
    // and the day of FAT's access times.
    private static readonly long[] s_units =
        [1, 100, 1000, 1_000_000, 10_000_000, Second, 2 * Second, 60 * Second, 24 * 60 * 60 * Second];

    /// <summary>The finest unit that explains what was shown, rounded down, up or to the nearest; 0: none does.</summary>
    /// <remarks>
    /// FAT counts in local time, so what is shown need not be a multiple of the unit; its distances are.
    /// </remarks>
    public static long Find(ReadOnlySpan<TimeSample> samples)
    {
        foreach (long unit in s_units)
        {
            if (Explains(unit, samples))
                return unit;
        }

        return 0;
    }

    /// <summary>The answer: kept, rounded, or not kept.</summary>
    /// <param name="before">What was shown before anything was set.</param>
    /// <param name="samples">At least one; with digits that differ in every place.</param>
    /// <param name="describe">Says what was shown instead of a time.</param>
    public static ProbeAnswer Judge(long before, ReadOnlySpan<TimeSample> samples, Func<long, string> describe)
    {
        bool moved = false;
        foreach (TimeSample sample in samples)
            moved |= sample.Shown != before;
        if (!moved)
            return ProbeAnswer.Ignores();
        return Find(samples) switch
        {
            0 => ProbeAnswer.Ignores($"shows {describe(samples[^1].Shown)} for {describe(samples[^1].Wanted)}"),
            1 => ProbeAnswer.Accepts,
            long unit => new ProbeAnswer(ProbeVerdict.Rounds, RoundsToNs: unit),
        };
    }

    // One way for all: a unit of 2 s that rounds to the nearest is never off by more than 1 s, but in both directions.
    private static bool Explains(long unit, ReadOnlySpan<TimeSample> samples)
    {
        bool down = true;
        bool up = true;
        bool nearest = true;
        foreach (TimeSample sample in samples)
        {
            Int128 distance = (Int128)sample.Shown - sample.Wanted;
            down &= distance <= 0 && distance > -unit;
            up &= distance >= 0 && distance < unit;
            nearest &= Int128.Abs(distance) * 2 <= unit;
            if (((Int128)sample.Shown - samples[0].Shown) % unit != 0)
                return false;
        }

        return down || up || nearest;
    }
}
