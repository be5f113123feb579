using System.CommandLine;
using MetaFs.Cli.Tests.Probing;
using MetaFs.Overlay;
using Microsoft.Data.Sqlite;

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
        "list --db @", "fsck --db @", "prune --db @ --share dir --yes", "prune --db @ --quarantine --yes",
        "backup --db @ new", "export --db @",
        "apply dir --db @", "rebind dir --db @",
    ];

    // They take no mount and no database, or make what is not there (import --db, mount).
    private static readonly string[] s_ofNeither = ["mount", "probe", "doctor", "version", "completion"];

    public static TheoryData<string> Commands => [.. CommandLine.CreateRoot().Subcommands.Select(static c => c.Name)];

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
    [MemberData(nameof(Commands))]
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
        Assert.Equal(OfPaths(row), run.Code);
        Assert.Contains($"{directory.Path}/plain: not on a MetaFs mount", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfMount))]
    public void A_mount_that_is_not_there_is_named(string row)
    {
        using var directory = new TempDirectory();
        CliRun run = Run(directory, row, $"{directory.Path}/none");
        Assert.Equal(OfPaths(row), run.Code);
        Assert.StartsWith(
            $"metafs: {directory.Path}/none: ENOENT (No such file or directory)", run.Error, StringComparison.Ordinal);
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

    [Theory]
    [MemberData(nameof(OfDatabase))]
    public void A_database_of_another_program_is_named_and_left_as_it_was(string row)
    {
        using var directory = new TempDirectory();
        string file = $"{directory.Path}/foreign";
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            SQLitePCL.Batteries_V2.Init();
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE record (x); PRAGMA user_version = 7";
            command.ExecuteNonQuery();
        }

        byte[] before = File.ReadAllBytes(file);
        CliRun run = Run(directory, row, file);
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.Contains($"{file} is not a MetaFs database", run.Error + run.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(file));
        Assert.Equal(["dir", "file", "foreign"], Left(directory).Where(static name => name != "foreign.lock"));
    }

    [RootFact("tmpfs")]
    public void Who_may_not_is_told_what_and_nothing_is_made()
    {
        using var directory = new TempDirectory();
        directory.Make("dir");
        directory.Make("secret");
        directory.Chmod("0", "secret");
        directory.Chmod("755");
        File.WriteAllText($"{directory.Path}/file", "#mtree\n");
        string[] rows =
        [
            .. s_ofMount, .. s_ofDatabase, "mount @ dir", "mount dir @", "probe @", "import @ --db new", "import file --db @",
        ];
        foreach (string row in rows)
        {
            CliRun run = CliRun.AsNobody(Arguments(directory, row, $"{directory.Path}/secret/x"));
            Assert.False(run.Code == ExitCode.Ok, row);
            Assert.True(
                run.Error.Contains($"{directory.Path}/secret", StringComparison.Ordinal)
                && run.Error.Contains("EACCES (Permission denied)", StringComparison.Ordinal)
                && !run.Error.Contains("internal error", StringComparison.Ordinal),
                $"{row}: {run.Error}");
            Assert.Equal(["dir", "file", "secret"], Left(directory));
        }
    }

    [RootFact("tmpfs")]
    public void A_database_that_one_may_not_read_is_no_damaged_one()
    {
        using var directory = new TempDirectory();
        directory.Make("dir");
        string file = $"{directory.Path}/theirs.db";
        SqliteOverlayStore.Open(file, new OverlayOpenOptions()).Dispose();
        directory.Chmod("755");
        foreach (string row in s_ofDatabase)
        {
            CliRun run = CliRun.AsNobody(Arguments(directory, row, file));
            Assert.Equal((row, ExitCode.Database), (row, run.Code));
            Assert.True(
                run.Error.Contains(file, StringComparison.Ordinal)
                && run.Error.Contains("EACCES (Permission denied)", StringComparison.Ordinal), $"{row}: {run.Error}");
        }
    }

    // It takes several paths, of each of which it says what it can.
    private static ExitCode OfPaths(string row) =>
        row.StartsWith("show", StringComparison.Ordinal) ? ExitCode.Failure : ExitCode.Share;

    private static IEnumerable<string> Left(TempDirectory directory) =>
        Directory.EnumerateFileSystemEntries(directory.Path).Select(static path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal);

    private static CliRun Run(TempDirectory directory, string row, string tried)
    {
        directory.Make("dir");
        File.WriteAllText($"{directory.Path}/file", "#mtree\n");
        return CliRun.Inside(Arguments(directory, row, tried));
    }

    private static string[] Arguments(TempDirectory directory, string row, string tried) =>
        [.. row.Split(' ').Select(word => word switch
        {
            "@" => tried,
            "dir" or "file" or "new" => $"{directory.Path}/{word}",
            _ => word,
        })];
}
