using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Overlay;

namespace MetaFs.Cli.Tests.Reports;

public sealed class ListTests
{
    private const uint EPERM = 1;

    private static readonly Volume s_volume = new(7, new VolumeIdentity("cifs", "//nas/x", 1, 0), default);

    private static readonly OverlayRow s_full = new(
        s_volume,
        new InodeKey(7, ulong.MaxValue),
        new InodeRecord
        {
            Guard = new InodeGuard(0x8000, GuardKind.BirthTime, 5),
            Uid = new IdValue(4_000_000_000, new Reason(ReasonKind.Refused, (int)EPERM)),
            Gid = new IdValue(4_000_000_001, new Reason(ReasonKind.Refused, (int)EPERM)),
            Mode = new ModeValue(0x9A0, new Reason(ReasonKind.Ignored)),
            Atime = new TimeValue(-1, new Reason(ReasonKind.Option)),
            Mtime = new TimeValue(1_700_000_000_123_456_789, new Reason(ReasonKind.Rounded)),
            Ctime = 8,
            SetAt = 9,
        },
        "dir/a\nb"u8.ToArray());

    private static readonly OverlayRow s_bare = new(
        null,
        new InodeKey(8, 42),
        new InodeRecord
        {
            Guard = new InodeGuard(0x4000, GuardKind.None, 0),
            Gid = new IdValue(4_000_000_000, new Reason(ReasonKind.Created)),
        },
        null);

    [Fact]
    public void The_table_has_one_line_for_each_record()
    {
        string[] lines = Text([s_full, s_bare]).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("-rwSr----- 4000000000:4000000001 ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" ignored,EPERM,rounded,option dir/a\\x0ab", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("d......... .:4000000000 ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" created         (inode 42 of volume 8)", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_array_with_a_record_in_each_line()
    {
        string text = Json([s_full, s_bare]);
        string[] lines = text.Split('\n');
        Assert.Equal(5, lines.Length);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement full = json.RootElement[0];
        Assert.Equal("dir/a\nb", full.GetProperty("path").GetString());
        Assert.Equal(7, full.GetProperty("volume").GetInt64());
        Assert.Equal(ulong.MaxValue, full.GetProperty("ino").GetUInt64());
        Assert.Equal("file", full.GetProperty("type").GetString());
        Assert.Equal(4_000_000_000u, full.GetProperty("uid").GetProperty("value").GetUInt32());
        Assert.Equal("refused", full.GetProperty("uid").GetProperty("reason").GetString());
        Assert.Equal("EPERM", full.GetProperty("uid").GetProperty("errno").GetString());
        Assert.Equal("04640", full.GetProperty("mode").GetProperty("octal").GetString());
        Assert.Equal(1_700_000_000_123_456_789, full.GetProperty("mtime").GetProperty("value").GetInt64());
        Assert.Equal(-1, full.GetProperty("atime").GetProperty("value").GetInt64());
        Assert.Equal(9, full.GetProperty("set_at_ns").GetInt64());
        JsonElement bare = json.RootElement[1];
        Assert.False(bare.TryGetProperty("path", out _));
        Assert.False(bare.TryGetProperty("uid", out _));
        Assert.Equal("directory", bare.GetProperty("type").GetString());
    }

    [Fact]
    public void No_records_are_an_empty_array_and_an_empty_table()
    {
        Assert.Equal("[]\n", Json([]));
        Assert.Equal("", Text([]));
    }

    [Fact]
    public void A_long_list_is_complete()
    {
        IEnumerable<OverlayRow> rows = Enumerable.Repeat(s_full, 5000);
        using JsonDocument json = JsonDocument.Parse(Json(rows));
        Assert.Equal(5000, json.RootElement.GetArrayLength());
        Assert.Equal(5001, Text(rows).Split('\n').Length);
    }

    [Fact]
    public void A_missing_database_is_a_database_error()
    {
        CliRun run = CliRun.Inside("list", "--db", "/no such/x.db");
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.StartsWith("metafs: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_new_database_lists_nothing()
    {
        using var temp = new TempDirectory();
        SqliteOverlayStore.Open($"{temp.Path}/x.db", new OverlayOpenOptions()).Dispose();
        CliRun run = CliRun.Inside("list", "--json", "--db", $"{temp.Path}/x.db");
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal("[]\n", run.Output);
    }

    private static string Json(IEnumerable<OverlayRow> rows)
    {
        using var output = new StringWriter();
        ListJson.Write(rows, output);
        return output.ToString();
    }

    private static string Text(IEnumerable<OverlayRow> rows)
    {
        using var output = new StringWriter();
        ListText.Write(rows, output);
        return output.ToString();
    }
}
