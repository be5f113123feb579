using MetaFs.Cli.Mounting;
using MetaFs.Cli.Tests.Probing;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Tests;

/// <summary>Files and streams that cannot be read, written or named, and shares that are not mounted.</summary>
public sealed class FileTroubleTests : IDisposable
{
    private const string NoSpace = "ENOSPC (No space left on device)";

    private static readonly InodeGuard s_directory = new(0x4000, GuardKind.None, 0);
    private static readonly IdValue s_owner = new(42, new Reason(ReasonKind.Refused, 1));

    private readonly TempDirectory _directory = new();

    private string Database => $"{_directory.Path}/a.db";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("list", "--db", "@")]
    [InlineData("list", "--db", "@", "--json")]
    [InlineData("export", "--db", "@")]
    [InlineData("version")]
    public void A_full_standard_output_is_told_in_one_line(params string[] args)
    {
        Fill(500, null);
        CliRun run = CliRun.InShell("\"$@\" >/dev/full", [.. args.Select(a => a == "@" ? Database : a)]);
        Assert.Equal((ExitCode.Failure, $"metafs: standard output: {NoSpace}\n"), (run.Code, run.Error));
    }

    [Fact]
    public void A_standard_input_that_is_a_directory_is_told()
    {
        CliRun run = CliRun.InShell("cd \"$2\" && \"$1\" import - --db new.db </", _directory.Path);
        Assert.Equal(
            (ExitCode.Failure, "metafs: standard input: EISDIR (Is a directory); nothing was imported\n"),
            (run.Code, run.Error));
        Assert.False(Path.Exists($"{_directory.Path}/new.db"));
    }

    [Theory]
    [InlineData("export --db @ -o %", "FILE")]
    [InlineData("export --db %", "FILE")]
    [InlineData("import % --db @", "FILE")]
    [InlineData("import @ --db %", "FILE")]
    [InlineData("backup --db @ %", "FILE")]
    [InlineData("backup --db % new", "DATABASE")]
    [InlineData("list --db %", "FILE")]
    [InlineData("fsck --db %", "FILE")]
    [InlineData("rebind / --db %", "FILE")]
    [InlineData("apply / --db %", "FILE")]
    public void A_file_name_that_is_empty_or_not_utf8_is_a_usage_error(string line, string what)
    {
        Fill(1, null);
        string[] before = Names();
        foreach (string name in (string[])["", $"{_directory.Path}/\uDCFFx"])
        {
            CliRun run = CliRun.Inside(
                [.. line.Split(' ').Select(word => word == "%" ? name : word == "@" ? Database : word)]);
            Assert.Equal(ExitCode.Usage, run.Code);
            Assert.StartsWith($"metafs: {what}: ", run.Error, StringComparison.Ordinal);
            Assert.Equal(before, Names());
        }
    }

    [Theory]
    [InlineData("mount /none /none -o db=/none/%", "option 'db'")]
    [InlineData("mount /none/% /none -f", "SOURCE")]
    [InlineData("mount /none /none/% -f", "MOUNTPOINT")]
    public void A_mount_has_no_name_that_is_not_utf8(string line, string what)
    {
        CliRun run = CliRun.Inside(line.Replace('%', '\uDCFF').Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains($"{what}: '", run.Error, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", run.Error, StringComparison.Ordinal);
    }

    [RootFact("tmpfs")]
    public void A_full_disk_keeps_no_part_of_an_export_or_a_copy_and_is_named()
    {
        Fill(500, null);
        using TestMount tiny = TestMount.Tmpfs("size=16k");
        string file = $"{tiny.Path}/x";
        for (int again = 0; again < 2; again++)
        {
            CliRun export = CliRun.Inside("export", "--db", Database, "-o", file);
            Assert.Equal((ExitCode.Failure, $"metafs: {file}: {NoSpace}\n"), (export.Code, export.Error));
            CliRun backup = CliRun.Inside("backup", "--db", Database, file);
            Assert.Equal(ExitCode.Failure, backup.Code);
            Assert.StartsWith($"metafs: {file}: {NoSpace}", backup.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(tiny.Path));
        }
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_signal_leaves_no_part_of_an_import(string signal)
    {
        // The pipe has a writer and never an end: the import reads until it is told to end.
        const string script = """
            cd "$2"
            mkfifo pipe
            exec 3<>pipe
            echo '{"metafs":"overlay","format":1}' >&3
            env --default-signal "$1" import - --db new.db <pipe &
            while test ! -e new.db || read -t 0 -u 3; do kill -0 $! || exit 99; done
            kill -s "$3" $!
            wait $!
            """;
        CliRun run = CliRun.InShell(script, _directory.Path, signal);
        Assert.Equal(128 + signal switch { "INT" => 2, "TERM" => 15, _ => 1 }, (int)run.Code);
        Assert.Equal(["pipe"], Names());
    }

    [Theory]
    [InlineData("fsck --db @ --share dir")]
    [InlineData("prune --db @ --share dir --dry-run")]
    [InlineData("list --db @ --share dir --void")]
    [InlineData("list --db @ --share dir --valid --json")]
    public void A_share_that_is_not_mounted_has_no_clean_database(string line)
    {
        string share = _directory.Make("dir");
        Fill(3, null);
        CliRun run = CliRun.Inside(
            [.. line.Split(' ').Select(word => word == "@" ? Database : word == "dir" ? share : word)]);
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Contains(
            $"{share}: none of the 3 records is of this directory; is the share mounted there?", run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Records_of_another_share_are_not_held_against_one_that_is_known()
    {
        string share = _directory.Make("dir");
        Fill(3, null);
        Fill(0, share);
        CliRun run = CliRun.Inside("fsck", "--db", Database, "--share", share, "--json");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Assert.Contains("\"findings\":[],", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"elsewhere\":3,", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_whose_place_is_not_known_counts_as_failed()
    {
        var hint = new PathHint(99, "x"u8.ToArray());
        Fill(0, null, new InodeRecord { Guard = s_directory, Uid = s_owner, SetAt = 1, Hint = hint });
        CliRun run = CliRun.Inside("apply", _directory.Make("dir"), "--db", Database, "--json");
        Assert.Equal((ExitCode.Failure, "metafs: inode 101: left out: where it is, is not known\n"), (run.Code, run.Error));
        Assert.Contains("\"failed\":1,", run.Output, StringComparison.Ordinal);
    }

    [RootFact("tmpfs")]
    public void A_directory_that_lost_its_time_counts_as_failed()
    {
        string copy = _directory.Make("dir");
        _directory.Make("dir/a");
        _directory.Make("dir/a/b");

        // The time of a directory is set again at the end, when there is no way to it any more.
        Fill(
            0, null,
            new InodeRecord
            {
                Guard = s_directory,
                Mtime = new TimeValue(5, new Reason(ReasonKind.Ignored)),
                Witness = new TimeWitness(1, 1, 1, 1, 1),
                SetAt = 1,
                Hint = new PathHint(102, "b"u8.ToArray()),
            },
            new InodeRecord
            {
                Guard = s_directory,
                Mode = new ModeValue(0, new Reason(ReasonKind.Ignored)),
                SetAt = 1,
                Hint = new PathHint(1, "a"u8.ToArray()),
            });
        GiveToNobody();
        CliRun run = CliRun.AsNobody("apply", copy, "--db", Database, "--json");
        Assert.Equal((ExitCode.Failure, "metafs: a/b: utimensat: EACCES (Permission denied)\n"), (run.Code, run.Error));
        Assert.Contains("{\"applied\":1,\"unchanged\":0,\"failed\":1,", run.Output, StringComparison.Ordinal);
    }

    [RootFact("tmpfs")]
    public void Prune_fails_where_it_could_not_look()
    {
        string share = _directory.Make("dir");
        Fill(2, share);
        _directory.Make("dir/secret");
        _directory.Chmod("0", "dir/secret");
        GiveToNobody();
        CliRun run = CliRun.AsNobody("prune", "--db", Database, "--share", share, "--dry-run", "--json");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains("\"gone\":[],\"dropped\":0,\"unreadable\":3,", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rebind @ --db empty -n")]
    [InlineData("rebind @ --db empty -n --by-path")]
    public void A_dry_rebind_writes_nothing(string line)
    {
        string empty = $"{_directory.Path}/empty";
        File.WriteAllText(empty, "");
        CliRun run = CliRun.Inside(
            [.. line.Split(' ').Select(word => word == "@" ? _directory.Path : word == "empty" ? empty : word)]);
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.Equal(0, new FileInfo(empty).Length);
    }

    private void GiveToNobody()
    {
        _directory.Chmod("755");
        using var chown = System.Diagnostics.Process.Start("chown", ["-R", "65534", _directory.Path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    private string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    /// <summary>Makes records of no file.</summary>
    /// <param name="records">How many.</param>
    /// <param name="share">Whose volume they are of; null: another share's.</param>
    /// <param name="more">Records of inodes 101, 102 and so on.</param>
    private void Fill(int records, string? share, params InodeRecord[] more)
    {
        SQLitePCL.Batteries_V2.Init();
        var identity = new VolumeIdentity("cifs", "//nas/x", 1, 0);
        if (share is not null)
        {
            using SafeFd root = CanonicalPath.RequireDirectory(share, "");
            identity = ShareInfo.Describe(root).Identity;
        }

        using var store = SqliteOverlayStore.Open(Database, new OverlayOpenOptions());
        Assert.Equal(OverlayStatus.Ok, store.OpenVolume(identity, out Volume? volume));
        Assert.Equal(OverlayStatus.Ok, store.PutDirectory(new InodeKey(volume!.Id, 102), new PathHint(1, "a"u8.ToArray())));
        for (int i = 0; i < more.Length; i++)
            Assert.Equal(OverlayStatus.Ok, store.Put(new InodeKey(volume!.Id, (ulong)i + 101), more[i]));
        for (int i = 0; i < records; i++)
        {
            var record = new InodeRecord
            {
                Guard = new InodeGuard(0x8000, GuardKind.BirthTime, -i),
                Uid = new IdValue((uint)i, new Reason(ReasonKind.Refused, 1)),
                SetAt = i + 1,
                Hint = new PathHint(1, System.Text.Encoding.ASCII.GetBytes($"a name that takes some room {i}")),
            };
            Assert.Equal(OverlayStatus.Ok, store.Put(new InodeKey(volume!.Id, ulong.MaxValue - (ulong)i), record));
        }
    }
}
