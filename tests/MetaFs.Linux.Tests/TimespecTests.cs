// Nanoseconds since the epoch, before and after it.
namespace MetaFs.Linux.Tests;

public sealed class TimespecTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(-1, -1, 999_999_999)]
    [InlineData(-1_000_000_000, -1, 0)]
    [InlineData(-1_000_000_001, -2, 999_999_999)]
    [InlineData(1_700_000_000_123_456_789, 1_700_000_000, 123_456_789)]
    [InlineData(long.MaxValue, 9_223_372_036, 854_775_807)]
    [InlineData(long.MinValue, -9_223_372_037, 145_224_192)]
    public void NanosecondsSplitTowardsThePastAndComeBack(long ns, long sec, long nsec)
    {
        Timespec time = Timespec.FromNanoseconds(ns);
        Assert.Equal(new Timespec(sec, nsec), time);
        Assert.Equal(ns, time.ToNanoseconds());
    }

    [Fact]
    public void TimesOutOfRangeStayAtItsEnds()
    {
        Assert.Equal(long.MaxValue, new Timespec(long.MaxValue, 999_999_999).ToNanoseconds());
        Assert.Equal(long.MaxValue, new Timespec(9_223_372_036, 854_775_808).ToNanoseconds());
        Assert.Equal(long.MinValue, new Timespec(long.MinValue, 0).ToNanoseconds());
    }
}
