using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Default places of databases.</summary>
public sealed class LocationTests : IDisposable
{
    private const string StateHome = "XDG_STATE_HOME";

    private readonly TempDatabase _files = new();
    private readonly string? _stateHome = Environment.GetEnvironmentVariable(StateHome);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(StateHome, _stateHome);
        _files.Dispose();
    }

    [Fact]
    public void Root_s_databases_are_in_var_lib() =>
        Assert.Equal("/var/lib/metafs", DatabaseLocation.DefaultDirectory(root: true));

    [Theory]
    [InlineData("/state", "/state/metafs")]
    [InlineData("", "~/.local/state/metafs")]
    [InlineData("relative", "~/.local/state/metafs")]
    public void A_user_s_are_in_the_state_directory(string stateHome, string expected)
    {
        Environment.SetEnvironmentVariable(StateHome, stateHome);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        expected = expected.Replace("~", home, StringComparison.Ordinal);
        Assert.Equal(expected, DatabaseLocation.DefaultDirectory(root: false));
    }

    [Theory]
    [InlineData("//nas.local/Photos 2024", "nas.local-photos-2024")]
    [InlineData("server:/export/home", "server-export-home")]
    [InlineData("/", "share")]
    [InlineData("", "share")]
    [InlineData("..", "share")]
    [InlineData(".hidden", "hidden")]
    [InlineData("\u00e4\u00f6\u00fc\n", "share")]
    [InlineData("a/../b", "a-..-b")]
    [InlineData(
        "0123456789.0123456789.0123456789.0123456789.0123456789.",
        "0123456789.0123456789.0123456789.0123456789.0123")]
    public void A_file_s_name_is_readable_and_safe(string share, string slug)
    {
        string file = DatabaseLocation.DefaultFile("/d", share, "identity");
        Assert.Matches("^/d/[a-z0-9._-]+-[0-9a-f]{12}[.]db$", file);
        Assert.Equal(slug, Path.GetFileName(file)[..^16]);
    }

    [Fact]
    public void Different_shares_of_one_name_have_different_files()
    {
        string one = DatabaseLocation.DefaultFile("/d", "x", "cifs //a/x /");
        Assert.Equal(one, DatabaseLocation.DefaultFile("/d", "x", "cifs //a/x /"));
        Assert.NotEqual(one, DatabaseLocation.DefaultFile("/d", "x", "nfs //a/x /"));
    }

    [Fact]
    public void A_missing_directory_is_made_private_and_an_existing_one_left_alone()
    {
        string directory = Path.Combine(_files.Directory, "a", "b");
        DatabaseLocation.EnsureDirectory(directory);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(Private, File.GetUnixFileMode(directory));

        File.SetUnixFileMode(directory, Private | UnixFileMode.GroupRead);
        DatabaseLocation.EnsureDirectory(directory);
        Assert.Equal(Private | UnixFileMode.GroupRead, File.GetUnixFileMode(directory));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_reported()
    {
        var refusal = Assert.Throws<OverlayException>(() => DatabaseLocation.EnsureDirectory("/proc/metafs"));
        AssertSays("/proc/metafs", refusal.Message);
    }
}
