using System.Globalization;
using MetaFs.Cli.Probing;

namespace MetaFs.Cli.Tests.Probing;

public sealed class TimeGranularityTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    [InlineData(10_000_000)]
    [InlineData(Second)]
    [InlineData(2 * Second)]
    [InlineData(86_400 * Second)]
    public void The_unit_is_found_whichever_way_a_share_rounds(long unit)
    {
        Assert.Equal(unit, TimeGranularity.Find(Show(t => t - (t % unit))));
        Assert.Equal(unit, TimeGranularity.Find(Show(t => (t + unit - 1) / unit * unit)));
        Assert.Equal(unit, TimeGranularity.Find(Show(t => (t + (unit / 2)) / unit * unit)));
    }

    [Fact]
    public void A_day_of_local_time_is_a_day_too()
    {
        const long Zone = 19_800 * Second;
        const long Day = 86_400 * Second;
        Assert.Equal(Day, TimeGranularity.Find(Show(t => t - ((t + Zone) % Day))));
    }

    [Fact]
    public void Times_before_1970_round_too() =>
        Assert.Equal(
            2 * Second, TimeGranularity.Find([new TimeSample(-5 * Second, -6 * Second), new(-8 * Second, -8 * Second)]));

    [Fact]
    public void What_no_unit_explains_is_not_rounding()
    {
        Assert.Equal(0, TimeGranularity.Find(Show(static _ => 315_532_800 * Second)));
        ProbeAnswer answer = Judge(0, Show(static _ => 315_532_800 * Second));
        Assert.Equal(ProbeVerdict.Ignores, answer.Verdict);
        Assert.Equal($"shows {315_532_800 * Second} for {TimeQuestions.Times[^1]}", answer.Detail);
    }

    [Fact]
    public void The_extremes_do_not_overflow() =>
        Assert.Equal(
            0, TimeGranularity.Find([new TimeSample(long.MaxValue, long.MinValue), new(long.MinValue, long.MaxValue)]));

    [Fact]
    public void The_answer_is_kept_rounded_or_ignored()
    {
        Assert.Equal(ProbeAnswer.Accepts, Judge(7, Show(static t => t)));
        Assert.Equal(new ProbeAnswer(ProbeVerdict.Rounds, RoundsToNs: 100), Judge(7, Show(static t => t / 100 * 100)));
        Assert.Equal(ProbeAnswer.Ignores(), Judge(7, Show(static _ => 7)));
    }

    private static ProbeAnswer Judge(long before, TimeSample[] samples) =>
        TimeGranularity.Judge(before, samples, static t => t.ToString(CultureInfo.InvariantCulture));

    private static TimeSample[] Show(Func<long, long> share) =>
        [.. TimeQuestions.Times.Select(t => new TimeSample(t, share(t)))];
}
