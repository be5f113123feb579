namespace MetaFs.Cli.Tests;

public sealed class AgeTextTests
{
    private const long Second = 1_000_000_000;
    private const long Now = 1_700_000_000 * Second;

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(Second - 1, "just now")]
    [InlineData(Second, "1 second ago")]
    [InlineData(59 * Second, "59 seconds ago")]
    [InlineData(60 * Second, "1 minute ago")]
    [InlineData((3 * 60 * Second) + 1, "3 minutes ago")]
    [InlineData(3600 * Second, "1 hour ago")]
    [InlineData(86399 * Second, "23 hours ago")]
    [InlineData(86400 * Second, "1 day ago")]
    [InlineData(40 * 86400 * Second, "1 month ago")]
    [InlineData(800 * 86400 * Second, "2 years ago")]
    [InlineData(-2 * Second, "2 seconds from now")]
    [InlineData(-86400 * Second, "1 day from now")]
    public void Ages_are_in_words(long age, string expected) =>
        Assert.Equal(expected, AgeText.Describe(Now - age, Now));

    [Fact]
    public void The_ends_of_the_range_do_not_overflow() =>
        Assert.Equal("584 years ago", AgeText.Describe(long.MinValue, long.MaxValue));
}
