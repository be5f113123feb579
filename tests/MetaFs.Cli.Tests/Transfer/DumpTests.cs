using System.Text;
using MetaFs.Overlay;

namespace MetaFs.Cli.Tests.Transfer;

public sealed class DumpTests
{
    private const string Header = "{\"metafs\":\"overlay\",\"format\":1}\n";
    private const string Header2 = "{\"metafs\":\"overlay\",\"format\":2}\n";

    [Fact]
    public void An_import_lists_as_what_was_exported()
    {
        using var directory = new TempDirectory();
        string database = $"{directory.Path}/a.db";
        Fill(database, 100_000);
        string export = $"{directory.Path}/export";
        Assert.Equal(ExitCode.Ok, CliRun.Inside("export", "--db", database, "-o", export).Code);
        CliRun import = CliRun.Inside("import", export, "--db", $"{directory.Path}/b.db", "--json");
        Assert.Equal((ExitCode.Ok, ""), (import.Code, import.Error));
        Assert.Contains("\"applied\":100000", import.Output, StringComparison.Ordinal);
        Assert.Equal(
            CliRun.Inside("list", "--db", database, "--json").Output,
            CliRun.Inside("list", "--db", $"{directory.Path}/b.db", "--json").Output);
        string again = $"{directory.Path}/again";
        Assert.Equal(ExitCode.Ok, CliRun.Inside("export", "--db", $"{directory.Path}/b.db", "-o", again).Code);
        Assert.Equal(File.ReadAllBytes(export), File.ReadAllBytes(again));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("{}\n", 1)]
    [InlineData("{\"metafs\":\"overlay\",\"format\":99}\n", 1)]
    [InlineData(Header + "nonsense\n", 2)]
    [InlineData(Header + "{\"table\":\"sqlite_master\",\"name\":\"x\"}\n", 2)]
    [InlineData(Header + "{\"table\":\"record\",\"volume\":1,\"colour\":5}\n", 2)]
    [InlineData(Header + "{\"table\":\"record\",\"volume\":\"one\"}\n", 2)]
    [InlineData(Header + "{\"table\":\"directory\",\"volume\":1,\"ino\":2,\"parent\":1,\"name\":\"d\"}\n{\"table\":\"record\"", 3)]
    [InlineData(Header + "{\"table\":\"record\",\"volume\":1,\"ino\":2,\"type\":99999999,\"guard_kind\":0,\"guard_value\":0}\n", 2)]
    [InlineData(Header2 + "{\"table\":\"directory\",\"volume\":1,\"ino\":2,\"parent\":1,\"name\":\"d\"}\n", 2)]
    [InlineData(Header2 + "{\"end\":true,\"rows\":1}\n", 2)]
    [InlineData(Header2 + "{\"end\":true}\n", 2)]
    [InlineData(Header2 + "{\"end\":true,\"rows\":0}\n{\"end\":true,\"rows\":0}\n", 3)]
    [InlineData(Header + "{\"table\":\"directory\",\"volume\":1,\"ino\":2,\"parent\":1,\"name\":\"d\\u0000\"}\n", 2)]
    public void A_malformed_line_is_named_and_leaves_no_database(string text, int line)
    {
        using var directory = new TempDirectory();
        string file = $"{directory.Path}/export";
        File.WriteAllText(file, text, new UTF8Encoding(false));
        CliRun run = CliRun.Inside("import", file, "--db", $"{directory.Path}/new.db");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains($"line {line}: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists($"{directory.Path}/new.db"));
    }

    [Fact]
    public void An_export_that_is_cut_off_behind_any_line_is_refused()
    {
        using var directory = new TempDirectory();
        string database = $"{directory.Path}/a.db";
        Fill(database, 2);
        string[] lines = CliRun.Outside(false, "export", "--db", database).Output.Split('\n')[..^1];
        string file = $"{directory.Path}/cut";
        for (int count = 1; count < lines.Length; count++)
        {
            File.WriteAllLines(file, lines[..count]);
            CliRun run = CliRun.Inside("import", file, "--db", $"{directory.Path}/new.db");
            Assert.Equal(ExitCode.Failure, run.Code);
            Assert.Contains("cut off", run.Error, StringComparison.Ordinal);
            Assert.False(File.Exists($"{directory.Path}/new.db"));
        }
    }

    [Fact]
    public void An_export_of_before_there_was_a_last_line_is_imported()
    {
        using var directory = new TempDirectory();
        string database = $"{directory.Path}/a.db";
        Fill(database, 2);
        string[] rows = CliRun.Outside(false, "export", "--db", database).Output.Split('\n')
            .Where(static line => line.StartsWith("{\"table\"", StringComparison.Ordinal)).ToArray();
        File.WriteAllText($"{directory.Path}/old", Header + string.Join('\n', rows) + "\n");
        CliRun run = CliRun.Inside("import", $"{directory.Path}/old", "--db", $"{directory.Path}/new.db", "--json");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Assert.Contains("\"applied\":2", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_do_not_mix_with_those_that_are_there()
    {
        using var directory = new TempDirectory();
        string database = $"{directory.Path}/a.db";
        Fill(database, 1);
        string export = $"{directory.Path}/export";
        Assert.Equal(ExitCode.Ok, CliRun.Inside("export", "--db", database, "-o", export).Code);
        CliRun run = CliRun.Inside("import", export, "--db", database);
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.Contains("has records already", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_replaces_no_file()
    {
        using var directory = new TempDirectory();
        string database = $"{directory.Path}/a.db";
        Fill(database, 1);
        CliRun run = CliRun.Inside("export", "--db", database, "-o", database);
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains("not there yet", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export")]
    [InlineData("export", "--db", "x", "--format", "tar")]
    [InlineData("export", "--db", "x", "--format", "zip")]
    [InlineData("import", "x")]
    [InlineData("import", "x", "--db", "y", "--format", "mtree")]
    [InlineData("apply", "x")]
    [InlineData("apply", "x", "--db", "y", "--from", "z")]
    public void A_wrong_command_line_is_told(params string[] args) =>
        Assert.Equal(ExitCode.Usage, CliRun.Inside(args).Code);

    [Fact]
    public void What_is_no_mount_is_told()
    {
        using var directory = new TempDirectory();
        Assert.Equal(ExitCode.Share, CliRun.Inside("export", directory.Path).Code);
        File.WriteAllText($"{directory.Path}/x", "#mtree\n");
        Assert.Equal(
            ExitCode.Share, CliRun.Inside("import", $"{directory.Path}/x", directory.Path, "--format", "mtree").Code);
        Assert.Equal(ExitCode.Share, CliRun.Inside("apply", directory.Path, "--from", directory.Path).Code);
        Assert.Equal(ExitCode.Database, CliRun.Inside("apply", directory.Path, "--db", $"{directory.Path}/none").Code);
    }

    private static void Fill(string database, int records)
    {
        using var store = SqliteOverlayStore.Open(database, new OverlayOpenOptions());
        Assert.Equal(
            OverlayStatus.Ok, store.OpenVolume(new VolumeIdentity("cifs", "//nas/x", 1, 0), out Volume? volume));
        for (int i = 0; i < records; i++)
        {
            var record = new InodeRecord
            {
                Guard = new InodeGuard(0x8000, GuardKind.BirthTime, -i),
                Uid = new IdValue((uint)i, new Reason(ReasonKind.Refused, 1, new Origin(i, 5))),
                Mode = new ModeValue(0x1FF, new Reason(ReasonKind.Ignored)),
                Mtime = new TimeValue(-i, new Reason(ReasonKind.Rounded)),
                Witness = new TimeWitness(i, i, ulong.MaxValue - (ulong)i, 1, 2),
                Ctime = i,
                SetAt = i + 1,
                Hint = new PathHint(1, [(byte)(1 + (i % 255)), (byte)(255 - (i / 255 % 255)), 0xFF, (byte)'\n', .. Encoding.ASCII.GetBytes($"{i}")]),
            };
            Assert.Equal(OverlayStatus.Ok, store.Put(new InodeKey(volume!.Id, ulong.MaxValue - (ulong)i), record));
        }
    }
}
