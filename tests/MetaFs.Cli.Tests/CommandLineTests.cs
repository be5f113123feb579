using System.Text.Json;

namespace MetaFs.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "metafs: a command is required: mount, umount, show, list, diff, stats, fsck, prune, backup, rebind, export, import, apply, probe, doctor, version, completion (see metafs --help)")]
    [InlineData("mout", "metafs: unknown command 'mout'; did you mean 'mount'? (see metafs --help)")]
    [InlineData("frobnicate", "metafs: unknown command 'frobnicate' (see metafs --help)")]
    [InlineData("mount", "(see metafs mount --help)")]
    [InlineData("mount /a", "(see metafs mount --help)")]
    [InlineData("mount /a /b /c", "(see metafs mount --help)")]
    [InlineData("mount /a /b -z", "(see metafs mount --help)")]
    [InlineData("mount /a /b -o fooo", "metafs: unknown option 'fooo'")]
    [InlineData("/a /b -o fooo", "metafs: unknown option 'fooo'")]
    [InlineData("show", "(see metafs show --help)")]
    [InlineData("list", "metafs: Give either MOUNTPOINT or --db FILE (see metafs list --help)")]
    [InlineData("list /a --db /b", "metafs: Give either MOUNTPOINT or --db FILE (see metafs list --help)")]
    [InlineData("fsck", "metafs: Give either MOUNTPOINT or --db FILE (see metafs fsck --help)")]
    [InlineData("fsck /a --share /b", "metafs: --share goes with --db FILE; a mount knows its share (see metafs fsck --help)")]
    [InlineData("diff", "(see metafs diff --help)")]
    [InlineData("prune", "metafs: Give either MOUNTPOINT or --db FILE (see metafs prune --help)")]
    [InlineData("prune /a --quarantine", "metafs: --quarantine needs --db FILE, a database that is not mounted")]
    [InlineData("prune --db a --share b --older 3d", "metafs: --older goes with --quarantine")]
    [InlineData("prune --db a --quarantine --older x", "metafs: --older: 'x' is no age; give an age as 30s")]
    [InlineData("backup", "(see metafs backup --help)")]
    [InlineData("backup a b c", "(see metafs backup --help)")]
    [InlineData("rebind /a --db b --volume x", "metafs: --volume: 'x' is no number (see metafs rebind --help)")]
    [InlineData("completion tcsh", "metafs: 'tcsh' is none of bash, zsh, fish (see metafs completion --help)")]
    [InlineData("rebind /a", "(see metafs rebind --help)")]
    [InlineData("umount", "(see metafs umount --help)")]
    [InlineData("probe", "(see metafs probe --help)")]
    [InlineData("doctor me", "(see metafs doctor --help)")]
    [InlineData("version now", "(see metafs version --help)")]
    public void A_wrong_command_line_is_a_usage_error_in_one_line(string line, string expected)
    {
        CliRun run = CliRun.Inside(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("mount --help")]
    [InlineData("umount -h")]
    [InlineData("show --help")]
    [InlineData("list --help")]
    [InlineData("diff --help")]
    [InlineData("stats --help")]
    [InlineData("fsck --help")]
    [InlineData("prune --help")]
    [InlineData("backup --help")]
    [InlineData("rebind --help")]
    [InlineData("probe --help")]
    [InlineData("doctor --help")]
    [InlineData("version --help")]
    [InlineData("export --help")]
    [InlineData("import --help")]
    [InlineData("apply --help")]
    [InlineData("completion --help")]
    public void Help_is_output_and_success(string line)
    {
        CliRun run = CliRun.Inside(line.Split(' '));
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
        Assert.DoesNotContain(run.Output.Split('\n'), static l => l.Length > 100);
    }

    [Fact]
    public void A_path_is_never_taken_for_help_or_a_response_file()
    {
        Assert.Contains("/h: ENOENT", CliRun.Inside("show", "/h").Error, StringComparison.Ordinal);
        Assert.Contains("@x: ENOENT", CliRun.Inside("show", "@x").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_one_line() =>
        Assert.Matches(@"^metafs \d+\.\d+\.\d+\S*\n$", CliRun.Inside("--version").Output);

    [Fact]
    public void The_versions_are_json_on_demand()
    {
        using JsonDocument json = JsonDocument.Parse(CliRun.Inside("version", "--json").Output);
        string[] names = ["version", "runtime", "architecture", "sqlite", "sqlite_library", "fuse_protocol"];
        foreach (string name in names)
            Assert.False(string.IsNullOrEmpty(json.RootElement.GetProperty(name).GetString()), name);
    }

    [Fact]
    public void What_is_on_no_mount_is_said_to_be_so()
    {
        CliRun run = CliRun.Inside("show", "/etc/passwd", "/no such file");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Equal(
            "metafs: /etc/passwd: not on a MetaFs mount; see: findmnt -t fuse.metafs\n" +
            "metafs: /no such file: ENOENT (No such file or directory)\n",
            run.Error);
        Assert.Equal(ExitCode.Share, CliRun.Inside("list", "/").Code);
        CliRun umount = CliRun.Inside("umount", "/");
        Assert.Equal(ExitCode.Share, umount.Code);
        Assert.Contains("not on a MetaFs mount", umount.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_path_has_its_place_in_the_json_array()
    {
        CliRun run = CliRun.Inside("show", "--json", "/etc/passwd");
        Assert.Equal(ExitCode.Failure, run.Code);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement only = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal("/etc/passwd", only.GetProperty("path").GetString());
        Assert.Equal("ENOTTY", only.GetProperty("error").GetProperty("errno").GetString());
    }

    [Fact]
    public void The_manual_has_every_exit_code()
    {
        string manual = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "metafs.1.md"));
        foreach (ExitCode code in Enum.GetValues<ExitCode>())
            Assert.Contains($"**{(int)code}**", manual, StringComparison.Ordinal);
    }
}
