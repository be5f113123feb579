using System.CommandLine;

namespace MetaFs.Cli.Tests;

/// <summary>
/// What every command does with what it cannot use. The commands are the parser's own, so that a new one fails here until it
/// has its rows.
/// </summary>
public sealed class WrongInputTests
{
    // "@" stands for what is tried.
    private static readonly string[] s_ofMount =
    [
        "umount @", "show @", "list @", "diff @", "stats @", "fsck @", "prune @ --yes", "backup @ new", "export @",
        "import file @ --format mtree", "apply dir --from @",
    ];

    private static readonly string[] s_ofDatabase =
    [
        "list --db @", "fsck --db @", "prune --db @ --share dir --yes", "backup --db @ new", "export --db @",
        "apply dir --db @", "rebind dir --db @",
    ];

    // They take no mount and no database, or make what is not there (import --db, mount).
    private static readonly string[] s_ofNeither = ["mount", "probe", "doctor", "version", "completion"];

    public static TheoryData<string> Commands => [.. CommandLine.CreateRoot().Subcommands.Select(static c => c.Name)];

    /// <summary>The parser prints no help for what help does not list (completion).</summary>
    public static TheoryData<string> Listed =>
        [.. CommandLine.CreateRoot().Subcommands.Where(static c => !c.Hidden).Select(static c => c.Name)];

    public static TheoryData<string> OfMount => [.. s_ofMount];

    public static TheoryData<string> OfDatabase => [.. s_ofDatabase];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_its_rows_here(string name)
    {
        string[] rows = [.. s_ofMount, .. s_ofDatabase, .. s_ofNeither];
        Assert.Contains(rows, row => row.Split(' ')[0] == name);
        Command command = CommandLine.CreateRoot().Subcommands.Single(c => c.Name == name);
        if (name != "import" && command.Options.Any(static o => o.Name == "--db"))
            Assert.Contains(s_ofDatabase, row => row.Split(' ')[0] == name);
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void Every_command_has_help(string name)
    {
        CliRun help = CliRun.Inside(name, "--help");
        Assert.Equal((ExitCode.Ok, ""), (help.Code, help.Error));
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_unknown_option_is_no_path(string name)
    {
        CliRun run = CliRun.Inside(name, "--jsno");
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Output));
        Assert.Contains("--jsno", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_may_begin_with_a_minus_after_two()
    {
        CliRun run = CliRun.Inside("show", "--", "--jsno");
        Assert.NotEqual(ExitCode.Usage, run.Code);
        Assert.Contains("--jsno: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfMount))]
    public void A_directory_that_is_no_mount_is_named(string row)
    {
        using var directory = new TempDirectory();
        CliRun run = Run(directory, row, directory.Make("plain"));
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.Contains($"{directory.Path}/plain: not on a MetaFs mount", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfMount))]
    public void A_mount_that_is_not_there_is_named(string row)
    {
        using var directory = new TempDirectory();
        CliRun run = Run(directory, row, $"{directory.Path}/none");
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.StartsWith($"metafs: {directory.Path}/none: ", run.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists($"{directory.Path}/none"));
    }

    [Theory]
    [MemberData(nameof(OfDatabase))]
    public void A_database_that_is_not_there_is_named_and_not_made(string row)
    {
        using var directory = new TempDirectory();
        CliRun run = Run(directory, row, $"{directory.Path}/none");
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.Contains($"there is no database {directory.Path}/none", run.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists($"{directory.Path}/none"));
    }

    [Theory]
    [MemberData(nameof(OfDatabase))]
    public void What_is_no_database_is_named_and_left_as_it_was(string row)
    {
        using var directory = new TempDirectory();
        string file = $"{directory.Path}/text";
        File.WriteAllText(file, "this is no database");
        CliRun run = Run(directory, row, file);
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.Contains(file, run.Error + run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        Assert.Equal("this is no database", File.ReadAllText(file));
        Assert.False(Path.Exists($"{directory.Path}/new"));
    }

    private static CliRun Run(TempDirectory directory, string row, string tried)
    {
        directory.Make("dir");
        File.WriteAllText($"{directory.Path}/file", "#mtree\n");
        return CliRun.Inside([.. row.Split(' ').Select(word => word switch
        {
            "@" => tried,
            "dir" or "file" or "new" => $"{directory.Path}/{word}",
            _ => word,
        })]);
    }
}
