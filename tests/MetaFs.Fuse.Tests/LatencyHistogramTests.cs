namespace MetaFs.Fuse.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1279)]
    [InlineData(1280)]
    [InlineData(123_456)]
    [InlineData(999_999_999)]
    [InlineData(60_000_000_000)]
    public void A_duration_is_in_the_bucket_that_ends_after_it_and_at_most_a_quarter_too_high(long ns)
    {
        int bucket = LatencyHistogram.BucketOf(ns);
        long end = LatencyHistogram.EndOf(bucket);
        Assert.InRange(ns, bucket == 0 ? 0 : LatencyHistogram.EndOf(bucket - 1), end - 1);
        Assert.True(bucket == 0 || end <= ns + (ns / 4) + 1, $"{end} for {ns}");
    }

    [Fact]
    public void Ends_grow_and_what_is_too_long_is_in_the_last_bucket()
    {
        for (int bucket = 1; bucket < LatencyHistogram.Buckets; bucket++)
            Assert.True(LatencyHistogram.EndOf(bucket) > LatencyHistogram.EndOf(bucket - 1));
        Assert.Equal(LatencyHistogram.Buckets - 1, LatencyHistogram.BucketOf(long.MaxValue));
        Assert.True(LatencyHistogram.EndOf(LatencyHistogram.Buckets - 1) > 60_000_000_000);
    }
}
