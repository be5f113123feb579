using System.Text;
using MetaFs.Cli.Selecting;

namespace MetaFs.Cli.Tests.Selecting;

public sealed class PathPatternTests
{
    [Theory]
    // without special characters: the path and what is below it
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/b/c", true)]
    [InlineData("a/b", "a/bc", false)]
    [InlineData("a/b", "a", false)]
    [InlineData("/a/b/", "a/b", true)]
    [InlineData("./a", "a/x", true)]
    [InlineData(".", "anything", true)]
    [InlineData("", "anything", true)]
    // patterns
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "d/a.txt", false)]
    [InlineData("**.txt", "d/e/a.txt", true)]
    [InlineData("**/a", "a", false)]
    [InlineData("**/a", "x/y/a", true)]
    [InlineData("d/*", "d/a", true)]
    [InlineData("d/*", "d/a/b", false)]
    [InlineData("d/**/b*", "d/a/c/bb", true)]
    [InlineData("*a*b*", "xaxxbx", true)]
    [InlineData("*a*b*", "xbxxax", false)]
    [InlineData("**/x*/y", "a/xx/b/xz/y", true)]
    [InlineData("?", "a", true)]
    [InlineData("?", "/", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[ab", "[ab", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    public void A_path_fits_or_not(string pattern, string path, bool fits) =>
        Assert.Equal(fits, PathPattern.Parse(pattern, null).Matches(Encoding.UTF8.GetBytes(path)));

    [Theory]
    [InlineData("/srv/nas", "a", true)]
    [InlineData("/srv/nas/a", "a/b", true)]
    [InlineData("/srv/nas/a", "b", false)]
    [InlineData("/srv/nasty", "nasty", false)]
    public void A_path_below_the_mount_means_the_same_on_the_share(string pattern, string path, bool fits) =>
        Assert.Equal(fits, PathPattern.Parse(pattern, "/srv/nas").Matches(Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void Names_are_bytes()
    {
        string text = ByteText.FromBytes([0xFF, (byte)'*']);
        Assert.True(PathPattern.Parse(text, null).Matches([0xFF, 0xFE]));
        Assert.False(PathPattern.Parse(text, null).Matches([0xFE]));
    }

    [Fact]
    public void Many_stars_end_soon()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 30)) + "b";
        Assert.False(PathPattern.Parse(pattern, null).Matches(Encoding.ASCII.GetBytes(new string('a', 5000))));
    }
}
