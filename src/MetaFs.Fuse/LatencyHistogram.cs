using System.Numerics;

namespace MetaFs.Fuse;

/// <summary>
/// Counts of durations in buckets that grow by a quarter of a power of two, from one microsecond to more than a minute: what
/// is read out of it is at most a quarter too high.
/// </summary>
/// <remarks>Counting is one interlocked addition, without allocation and without a lock.</remarks>
public static class LatencyHistogram
{
    /// <summary>Number of buckets.</summary>
    public const int Buckets = 1 + ((LastPower - FirstPower + 1) * Parts);

    private const int Parts = 4;
    private const int FirstPower = 10;
    private const int LastPower = 36;

    /// <summary>The bucket of a duration in ns; the first has all below 1024, the last all that is longer.</summary>
    public static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < 1L << FirstPower)
            return 0;
        int power = BitOperations.Log2((ulong)nanoseconds);
        if (power > LastPower)
            return Buckets - 1;
        int part = (int)(nanoseconds >> (power - 2)) & (Parts - 1);
        return 1 + ((power - FirstPower) * Parts) + part;
    }

    /// <summary>Where a bucket ends, ns: everything in it is shorter.</summary>
    public static long EndOf(int bucket)
    {
        if (bucket == 0)
            return 1L << FirstPower;
        (int power, int part) = Math.DivRem(bucket - 1, Parts);
        return (Parts + part + 1L) << (power + FirstPower - 2);
    }
}
