namespace MetaFs.Cli.Tests;

public sealed class MountMetafsTests
{
    [Theory]
    [InlineData("", "(see mount.metafs --help)")]
    [InlineData("/a", "(see mount.metafs --help)")]
    [InlineData("/a /b /c", "(see mount.metafs --help)")]
    [InlineData("/a /b -z", "(see mount.metafs --help)")]
    [InlineData("/a /b -f -N /proc/1/ns/mnt", "metafs: -f does not go with -N")]
    [InlineData("/a /b -s -N /proc/1/ns/mnt -oremount,ro", "metafs: remount does not go with -N")]
    [InlineData("/a /b -oro,fooo", "metafs: unknown option 'fooo'")]
    public void A_wrong_command_line_is_a_usage_error_in_one_line(string line, string expected)
    {
        CliRun run = Run("mount.metafs", line);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("/no/such /b")]
    [InlineData("/no/such /b -sfnv -o fooo,ro -t fuse.metafs")]
    public void What_cannot_be_mounted_is_named(string line)
    {
        CliRun run = Run("mount.fuse.metafs", line + " -f");
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.StartsWith("metafs: /no/such: ENOENT", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ignoring_unknown_options_does_not_make_a_mount_of_a_remount()
    {
        CliRun run = Run("mount.metafs", "/usr /opt -s -f -oremount,ro");
        Assert.Equal(ExitCode.Mount, run.Code);
        Assert.Contains("not on a MetaFs mount", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_mounted_for_show() =>
        Assert.Equal(new CliRun(ExitCode.Ok, "", ""), Run("mount.metafs", "/usr /opt -fv"));

    [Fact]
    public void Its_help_is_its_own() =>
        Assert.Contains("mount.metafs <SOURCE> <MOUNTPOINT>", Run("mount.metafs", "-h").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData(ExitCode.Ok, 0)]
    [InlineData(ExitCode.Usage, 1)]
    [InlineData(ExitCode.Failure, 32)]
    [InlineData(ExitCode.Share, 32)]
    [InlineData(ExitCode.Mount, 32)]
    internal void Exit_statuses_are_those_of_mount(ExitCode code, int expected) =>
        Assert.Equal(expected, MountMetafsCommand.ExitStatus(code));

    [Theory]
    [InlineData("metafs", false)]
    [InlineData("mount.metafs", true)]
    [InlineData("mount.fuse.metafs", true)]
    [InlineData("mount.fuse", false)]
    [InlineData("", false)]
    public void It_goes_by_two_names(string name, bool expected) =>
        Assert.Equal(expected, MountMetafsCommand.IsName(name));

    [Fact]
    public void The_program_knows_by_what_name_it_was_called() =>
        Assert.False(MountMetafsCommand.IsName(RawArguments.ProgramName()) || RawArguments.ProgramName().Length == 0);

    private static CliRun Run(string program, string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        ExitCode code = CommandLine.Run(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries), output, error, program);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
