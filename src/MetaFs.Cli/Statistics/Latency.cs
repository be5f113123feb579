using MetaFs.Fuse;

namespace MetaFs.Cli.Statistics;

/// <summary>Percentiles of one kind of request, read out of its histogram.</summary>
/// <param name="Mean">ns.</param>
/// <param name="Median">Half of the requests took no longer, ns.</param>
/// <param name="P90">Nine of ten took no longer, ns.</param>
/// <param name="P99">99 of 100 took no longer, ns.</param>
/// <param name="Longest">ns.</param>
internal readonly record struct Latency(long Mean, long Median, long P90, long P99, long Longest)
{
    /// <summary>Of requests that are through; the others have no duration yet.</summary>
    public static Latency Of(OpcodeStatistics opcode)
    {
        long done = 0;
        for (int i = 1; i < opcode.Buckets.Length; i += 2)
            done += opcode.Buckets[i];
        return done == 0
            ? default
            : new Latency(
                opcode.TotalNs / done, At(opcode, done, 50), At(opcode, done, 90), At(opcode, done, 99), opcode.LongestNs);
    }

    // A bucket's end, at most a quarter too high, and never above the longest.
    private static long At(OpcodeStatistics opcode, long done, int percent)
    {
        long wanted = ((done * percent) + 99) / 100;
        for (int i = 0; i + 1 < opcode.Buckets.Length; i += 2)
        {
            wanted -= opcode.Buckets[i + 1];
            if (wanted <= 0)
                return Math.Min(LatencyHistogram.EndOf((int)opcode.Buckets[i]), opcode.LongestNs);
        }

        return opcode.LongestNs;
    }
}
