using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Tests.Probing;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Tests;

/// <summary>
/// <c>metafs fsck --settle</c>: renames that a daemon did not come to keep, and that no look at the share tells.
/// </summary>
public sealed class SettleTests : IDisposable
{
    // ENAMETOOLONG: a name that is neither there nor not.
    private static readonly string s_untold = new('l', 300);

    private readonly TempDirectory _directory = new();
    private readonly string _share;
    private long _volume;

    public SettleTests()
    {
        _share = _directory.Make("dir");
        File.WriteAllText(_share + "/a", "");
        File.WriteAllText(_share + "/c", "");
    }

    private string Database => $"{_directory.Path}/a.db";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_rename_that_the_share_tells_is_left_to_the_mount()
    {
        long note = Note("c", "d");
        foreach (string[] which in new string[][] { ["--db", Database], ["--db", Database, "--share", _share] })
        {
            JsonElement report = Fsck(ExitCode.Ok, which);
            JsonElement finding = Assert.Single(report.GetProperty("findings").EnumerateArray());
            Assert.Equal(("pending_rename", false), (Text(finding, "kind"), finding.GetProperty("problem").GetBoolean()));
            Assert.Equal(("c", "d", note), (Text(finding, "path"), Text(finding, "renamed_to"), Number(finding, "note")));
            Assert.Equal((1, 0), (Number(report, "pending_rename"), Number(report, "problems")));
        }
    }

    [Fact]
    public void A_rename_that_nobody_can_tell_is_a_problem_that_a_repair_leaves()
    {
        long note = Note("a", s_untold);
        long below = Note("x", "y");
        JsonElement report = Fsck(ExitCode.Failure, "--db", Database, "--share", _share, "--repair");
        Assert.Equal((2, 2), (Number(report, "unsettled_rename"), Number(report, "problems")));
        Assert.Empty(report.GetProperty("repairs").EnumerateArray());
        JsonElement[] findings = [.. report.GetProperty("findings").EnumerateArray()];
        Assert.Equal([note, below], findings.Select(finding => Number(finding, "note")));
        Assert.Equal(("a", s_untold), (Text(findings[0], "path"), Text(findings[0], "renamed_to")));
        Assert.Contains("ENAMETOOLONG", Text(findings[0], "detail"), StringComparison.Ordinal);
        CliRun run = CliRun.Inside("fsck", "--db", Database, "--share", _share);
        Assert.Contains(
            $"problem: unsettled rename: a to {s_untold} (note {note} of volume {_volume}): ", run.Output,
            StringComparison.Ordinal);
        Assert.Contains($"--settle {note}=ANSWER", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_rename_may_have_taken_along_is_not_taken_for_gone()
    {
        Note("a", "b");
        File.Move(_share + "/a", _share + "/b");
        JsonElement report = Fsck(ExitCode.Ok, "--db", Database, "--share", _share, "--repair");
        Assert.Equal((0, 1), (Number(report, "leftover"), Number(report, "unreadable")));
        CliRun prune = CliRun.Inside("prune", "--db", Database, "--share", _share, "--yes", "--json");
        Assert.Equal(ExitCode.Failure, prune.Code);
        Assert.Contains("\"gone\":[],\"dropped\":0,", prune.Output, StringComparison.Ordinal);
        using OverlayReader reader = OverlayReader.Open(Database);
        Assert.NotNull(reader.Find(new InodeKey(_volume, 7)));
        Assert.Equal(0, reader.Counts().Quarantined);
    }

    [Fact]
    public void A_record_that_an_exchange_may_have_given_to_another_file_is_not_put_aside()
    {
        Note("a", "c");
        File.Delete(_share + "/a");
        Directory.CreateDirectory(_share + "/a");
        JsonElement report = Fsck(ExitCode.Ok, "--db", Database, "--share", _share, "--repair");
        Assert.Equal((0, 1), (Number(report, "reused_inode"), Number(report, "unreadable")));
        using OverlayReader reader = OverlayReader.Open(Database);
        Assert.Equal((1, 0), (reader.Counts().Records, reader.Counts().Quarantined));
    }

    [Theory]
    [InlineData("renamed", "corrected", 0, 7, 0)]
    [InlineData("not-renamed", "corrected", 7, 0, 0)]
    [InlineData("quarantine", "quarantined", 0, 0, 1)]
    public void It_ends_as_a_person_says(string answer, string done, ulong old, ulong now, long quarantined)
    {
        long note = Note("a", s_untold);
        JsonElement report = Fsck(
            ExitCode.Ok, "--db", Database, "--share", _share, "--settle", Invariant($"{note}={answer}"));
        JsonElement repair = Assert.Single(report.GetProperty("repairs").EnumerateArray());
        Assert.Equal(("unsettled_rename", done), (Text(repair, "kind"), Text(repair, "done")));
        using OverlayReader reader = OverlayReader.Open(Database);
        Assert.Empty(reader.PendingMoves());
        Assert.Equal(quarantined, reader.Counts().Quarantined);
        using RecordLookup names = reader.Lookup();
        Assert.Equal(old, names.FindName(_volume, 1, "a"u8));
        Assert.Equal(now, names.FindName(_volume, 1, Encoding.ASCII.GetBytes(s_untold)));
    }

    [Fact]
    public void A_note_that_is_not_there_changes_nothing()
    {
        long note = Note("a", s_untold);
        CliRun run = CliRun.Inside(
            "fsck", "--db", Database, "--share", _share, "--settle", Invariant($"{note}=renamed"), "--settle",
            "99=renamed");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains("--settle: the database has no note 99; nothing was changed", run.Error, StringComparison.Ordinal);
        using OverlayReader reader = OverlayReader.Open(Database);
        Assert.Single(reader.PendingMoves());
    }

    [Theory]
    [InlineData("fsck /a --settle 1=renamed", "--settle needs --db FILE, a database that is not mounted")]
    [InlineData("fsck --db a --settle 1=renamed", "a database that is not mounted, and --share DIR")]
    [InlineData("fsck --db a --share b --settle 1=maybe", "--settle: '1=maybe' is no answer; give NOTE=renamed,")]
    [InlineData("fsck --db a --share b --settle x=renamed", "--settle: 'x=renamed' is no answer; give NOTE=renamed,")]
    [InlineData(
        "fsck --db a --share b --settle 1=renamed --settle 1=not-renamed", "--settle: two answers for note 1")]
    public void Wrong_answers_are_told(string line, string said)
    {
        CliRun run = CliRun.Inside(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static JsonElement Fsck(ExitCode status, params string[] args)
    {
        CliRun run = CliRun.Inside(["fsck", "--json", .. args]);
        Assert.True(run.Code == status, $"{run.Code}: {run.Error}{run.Output}");
        return JsonDocument.Parse(run.Output).RootElement;
    }

    /// <summary>Notes a rename; "a" has a record.</summary>
    private long Note(string from, string to)
    {
        SQLitePCL.Batteries_V2.Init();
        using SafeFd root = CanonicalPath.RequireDirectory(_share, "");
        using var store = SqliteOverlayStore.Open(Database, new OverlayOpenOptions());
        Assert.Equal(OverlayStatus.Ok, store.OpenVolume(ShareInfo.Describe(root).NameIdentity, out Volume? volume));
        _volume = volume!.Id;
        var guard = new InodeGuard(0x8000, GuardKind.None, 0);
        var record = new InodeRecord
        {
            Guard = guard,
            Uid = new IdValue(42, new Reason(ReasonKind.Refused, 1)),
            SetAt = 1,
            Hint = new PathHint(VolumeIdentity.RootByName, "a"u8.ToArray()),
        };
        Assert.Equal(OverlayStatus.Ok, store.Apply(
            [new OverlayChange(new InodeKey(_volume, 7), record)],
            [new NameChange(_volume, VolumeIdentity.RootByName, "a"u8.ToArray(), 7)]));
        var move = new PendingMove(
            _volume, VolumeIdentity.RootByName, Encoding.ASCII.GetBytes(from), VolumeIdentity.RootByName,
            Encoding.ASCII.GetBytes(to), false, guard, 0, 0);
        Assert.Equal(OverlayStatus.Ok, store.BeginMove(move, out PendingMove? noted));
        return noted!.Id;
    }
}
