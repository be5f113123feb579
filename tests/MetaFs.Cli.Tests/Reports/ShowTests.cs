using System.Text;
using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Tests.Reports;

public sealed class ShowTests
{
    private const long SetAt = 1_700_000_000_123_456_789;

    private static readonly ControlAttributes s_share = new(
        "file", 0x1FC, 33, 4_000_000_001, 5, ulong.MaxValue, 1, 1, 1_700_000_000_100_000_000, 3, null);

    private static readonly ControlShow s_recorded = new(
        s_share with { Uid = 4_000_000_000, Mode = 0x9A0, MtimeNs = SetAt, CtimeNs = SetAt },
        s_share,
        [
            new ControlField("uid", 4_000_000_000, "refused", "EPERM", true, null)
            {
                SetAtNs = SetAt - 3_600_000_000_000, SetBy = 0,
            },
            new ControlField("mode", 0x9A0, "ignored", null, true, null),
            new ControlField("mtime", SetAt, "rounded", null, true, null),
            new ControlField("atime", 7, "option", null, false, "the data has changed since"),
        ],
        SetAt, "birth time", true)
    {
        SetBy = 4_000_000_000,
        GuardHolds = true,
        Witness = new ControlWitness(SetAt, 5, SetAt, "void"),
    };

    [Fact]
    public void A_record_is_told_with_its_reasons()
    {
        string text = ShowText.Format("/mnt/a\nb"u8, s_recorded, SetAt + 180_000_000_000);
        Assert.StartsWith("/mnt/a\\x0ab\n", text, StringComparison.Ordinal);
        foreach (string expected in new[]
        {
            "  type    regular file, 5 bytes, 1 link, inode 18446744073709551615\n",
            "  owner   4000000000\n          share   www-data (33)\n"
                + "          why     the share refused it: EPERM (Operation not permitted)\n"
                + "          set     1 hour ago by root (0)\n",
            "  group   4000000001\n  mode    rwSr----- (04640)\n          share   rwxrwxr-- (0774)\n",
            "          why     the share said yes and kept its own value\n",
            "          why     the share keeps times more coarsely\n",
            "          void    the data has changed since\n",
            "  record  last changed 3 minutes ago by 4000000000\n"
                + "  guard   the file's creation time: holds\n"
                + "  witness taken 3 minutes ago: the data changed, recorded times are void\n",
        })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(text.Split('\n'), static line => line.Length > 80);
    }

    [Fact]
    public void No_record_is_told_too() =>
        Assert.Contains(
            "  record  none: all is as the share has it\n",
            ShowText.Format("/f"u8, new ControlShow(s_share, s_share, [], null, null, false), SetAt),
            StringComparison.Ordinal);

    [Fact]
    public void Json_has_exact_values()
    {
        using JsonDocument json = Write(static j => j.Write("/mnt/\u00e4"u8, s_recorded));
        JsonElement file = json.RootElement[0];
        Assert.Equal("/mnt/\u00e4", file.GetProperty("path").GetString());
        Assert.False(file.TryGetProperty("path_b64", out _));
        Assert.Equal(ulong.MaxValue, file.GetProperty("effective").GetProperty("ino").GetUInt64());
        Assert.Equal(4_000_000_000u, file.GetProperty("effective").GetProperty("uid").GetUInt32());
        Assert.Equal(33u, file.GetProperty("share").GetProperty("uid").GetUInt32());
        Assert.Equal("04640", file.GetProperty("effective").GetProperty("mode_octal").GetString());
        JsonElement record = file.GetProperty("record");
        Assert.Equal(SetAt, record.GetProperty("mtime").GetProperty("value").GetInt64());
        Assert.Equal("EPERM", record.GetProperty("uid").GetProperty("errno").GetString());
        Assert.False(record.GetProperty("atime").GetProperty("valid").GetBoolean());
        Assert.Equal("the data has changed since", record.GetProperty("atime").GetProperty("why").GetString());
        Assert.Equal(SetAt, file.GetProperty("set_at_ns").GetInt64());
        Assert.Equal(4_000_000_000u, file.GetProperty("set_by").GetUInt32());
        Assert.Equal(0u, record.GetProperty("uid").GetProperty("set_by").GetUInt32());
        Assert.Equal(SetAt - 3_600_000_000_000, record.GetProperty("uid").GetProperty("set_at_ns").GetInt64());
        Assert.Equal("birth time", file.GetProperty("guard").GetString());
        Assert.True(file.GetProperty("guard_holds").GetBoolean());
        Assert.Equal("void", file.GetProperty("witness").GetProperty("state").GetString());
        Assert.Equal(5u, file.GetProperty("witness").GetProperty("size").GetUInt64());
        Assert.True(file.GetProperty("has_record").GetBoolean());
    }

    [Fact]
    public void Json_keeps_names_that_are_no_text()
    {
        byte[] path = [.. "/mnt/"u8, 0xFF];
        using JsonDocument json = Write(j => j.WriteError(path, Errno.ENOENT, "gone"));
        JsonElement file = json.RootElement[0];
        Assert.Equal("/mnt/\uFFFD", file.GetProperty("path").GetString());
        Assert.Equal(path, file.GetProperty("path_b64").GetBytesFromBase64());
        Assert.Equal("gone", file.GetProperty("error").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(0x1EDu, "rwxr-xr-x", "0755")]
    [InlineData(0u, "---------", "0000")]
    [InlineData(0xFFFu, "rwsrwsrwt", "07777")]
    [InlineData(0xE00u, "--S--S--T", "07000")]
    public void Modes_read_as_from_ls(uint mode, string letters, string octal)
    {
        Assert.Equal(letters, FieldText.Permissions(mode));
        Assert.Equal(octal, FieldText.Octal(mode));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Any_time_can_be_shown(long ns) =>
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} [+-]\d\d:\d\d$", FieldText.Time(ns));

    private static JsonDocument Write(Action<ShowJson> write)
    {
        using var json = new ShowJson();
        write(json);
        return JsonDocument.Parse(Encoding.UTF8.GetBytes(json.Finish()));
    }
}
