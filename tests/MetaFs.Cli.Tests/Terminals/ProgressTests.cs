using System.Text;
using MetaFs.Cli.Terminals;

namespace MetaFs.Cli.Tests.Terminals;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(0, 0, "", "checking  0 names")]
    [InlineData(12345, 0, "", "checking  12,345 names  6,172/s")]
    [InlineData(500, 1000, "", "checking [############------------]  50%  500 of 1,000 names  2 s left")]
    [InlineData(1000, 1000, "", "checking [########################] 100%  1,000 of 1,000 names")]
    [InlineData(1100, 1000, "", "checking  1,100 names  550/s")]
    [InlineData(10, 0, "a/b\n", "checking  10 names  5/s  a/b\\x0a")]
    public void A_line_says_how_far_it_is(long done, long total, string place, string line) =>
        Assert.Equal(line, Progress.Line("checking", done, total, "names", 2000, Encoding.UTF8.GetBytes(place), 79));

    [Fact]
    public void What_is_left_is_not_guessed_from_next_to_nothing() =>
        Assert.Equal(
            "importing [------------------------]   0%  1 of 8,000 records",
            Progress.Line("importing", 1, 8000, "records", 400, [], 79));

    [Theory]
    [InlineData(79)]
    [InlineData(40)]
    [InlineData(10)]
    public void No_line_is_wider_than_the_terminal(int width)
    {
        byte[] place = Encoding.UTF8.GetBytes(new string('x', 500) + "/end");
        Assert.InRange(Progress.Line("checking", 1, 0, "names", 2000, place, width).Length, 1, width);
        Assert.InRange(Progress.Line("checking", 1, 9, "names", 2000, place, width).Length, 1, width);
    }

    [Fact]
    public void The_end_of_a_long_path_is_shown() =>
        Assert.EndsWith(
            "xx/end",
            Progress.Line("checking", 1, 0, "names", 2000, Encoding.UTF8.GetBytes(new string('x', 500) + "/end"), 79),
            StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_drawn_where_nobody_looks()
    {
        using var error = new StringWriter();
        using (Progress progress = Progress.Start(error, quiet: false, "checking"))
        {
            for (int i = 0; i < 100_000; i++)
                progress.Report(i, 0, "names");
        }

        Assert.Empty(error.ToString());
    }

    [Fact]
    public void Ink_is_for_terminals()
    {
        using var text = new StringWriter();
        Assert.False(Ink.For(text).IsOn);
        Assert.Equal("x", Ink.None.Bad("x"));
        Assert.Equal("\e[31mx\e[0m", new Ink(true).Bad("x"));
    }
}
