using MetaFs.Cli.Selecting;

namespace MetaFs.Cli.Tests.Selecting;

public sealed class AgeOptionTests
{
    private const long Now = 1_795_000_000_000_000_000;
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 2 * 86400)]
    [InlineData("3w", 21 * 86400)]
    [InlineData("1y", 365 * 86400)]
    public void An_age_is_a_moment(string text, long seconds)
    {
        Assert.True(AgeOption.TryParse(text, Now, out long moment));
        Assert.Equal(Now - (seconds * Second), moment);
    }

    [Fact]
    public void An_age_from_before_the_epoch_is_the_epoch()
    {
        Assert.True(AgeOption.TryParse("9999y", Now, out long moment));
        Assert.Equal(0, moment);
    }

    [Theory]
    [InlineData("2026-11-01")]
    [InlineData("2026-11-01 00:00")]
    [InlineData("2026-11-01T00:00:00")]
    public void A_date_is_one_here(string text)
    {
        Assert.True(AgeOption.TryParse(text, Now, out long moment));
        var expected = new DateTimeOffset(new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Local));
        Assert.Equal(expected.ToUnixTimeSeconds() * Second, moment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("2")]
    [InlineData("-2d")]
    [InlineData("2x")]
    [InlineData("NaNd")]
    [InlineData("2026-13-01")]
    [InlineData("yesterday")]
    public void Anything_else_is_none(string text) => Assert.False(AgeOption.TryParse(text, Now, out _));
}
