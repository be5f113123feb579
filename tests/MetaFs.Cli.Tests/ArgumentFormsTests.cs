namespace MetaFs.Cli.Tests;

public sealed class ArgumentFormsTests
{
    [Theory]
    [InlineData("mount /a /b", "mount /a /b")]
    [InlineData("mount -oro,dev /a /b -ouid=1", "mount -o ro,dev /a /b -o uid=1")]
    [InlineData("mount /a /b -- -oro", "mount /a /b -- -oro")]
    [InlineData("/a /b", "mount --from-mount-fuse /a /b")]
    [InlineData("/a /b -o rw,dev,suid", "mount --from-mount-fuse /a /b -o rw,dev,suid")]
    [InlineData("./a b", "mount --from-mount-fuse ./a b")]
    [InlineData("/a", "/a")]
    [InlineData("show /a /b", "show /a /b")]
    [InlineData("--help", "--help")]
    [InlineData("", "")]
    public void Other_spellings_become_the_parsers(string given, string expected) =>
        Assert.Equal(Words(expected), ArgumentForms.Normalize(Words(given)));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
