using MetaFs.Cli.Mounting;

namespace MetaFs.Cli.Tests.Mounting;

public sealed class CanonicalPathTests
{
    [Theory]
    [InlineData("real/x", "real/x")]
    [InlineData("link/x", "real/x")]
    [InlineData("link/x/y", "real/x/y")]
    [InlineData("real/../link/./x", "real/x")]
    [InlineData("real", "real")]
    public void A_file_that_is_yet_to_be_made_has_a_canonical_path(string given, string expected)
    {
        using var temp = new TempDirectory();
        temp.Make("real");
        File.CreateSymbolicLink($"{temp.Path}/link", "real");
        Assert.Equal($"{temp.Path}/{expected}", CanonicalPath.OfFutureFile($"{temp.Path}/{given}"));
    }

    [Theory]
    [InlineData("/a/b", "/a/b", true)]
    [InlineData("/a/b/c", "/a/b", true)]
    [InlineData("/a/bc", "/a/b", false)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a", "/", true)]
    [InlineData("/", "/", true)]
    public void Below_is_by_whole_names(string path, string ancestor, bool expected) =>
        Assert.Equal(expected, CanonicalPath.IsAtOrBelow(path, ancestor));

    [Theory]
    [InlineData("/a/b/c", "/a/b /a /")]
    [InlineData("/a", "/")]
    [InlineData("/", "")]
    public void Ancestors_end_at_the_root(string path, string expected) =>
        Assert.Equal(expected, string.Join(' ', CanonicalPath.Ancestors(path)));
}
