using System.Text;
using System.Text.Json;
using MetaFs.Cli.Probing;
using MetaFs.Cli.Reports;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Reports;

public sealed class ProbeReportTests
{
    private static readonly ProbeReport s_report = Report();

    [Fact]
    public void The_table_has_a_line_for_each_fact_and_fits_80_columns()
    {
        string text = ProbeText.Format(s_report);
        foreach (string expected in new[]
        {
            "/mnt/a\\x0ab\n  cifs from //nas/www, as 4000000000\n",
            "\nowner, mode and times\n",
            "  chown: owner             refuses EOPNOTSUPP  kept in the overlay\n",
            "  utimens: mtime           rounds to 100 ns    exact time kept in the overlay\n",
            "  creation time            absent              only the type guards records\n",
            "  inode after cache drop   not tried\n      because\n",
            "\nwarnings\n  There is no creation time",
        })
        {
            Assert.Contains(expected, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(text.Split('\n'), static line => line.Length > 80 || line.EndsWith(' '));
    }

    [Theory]
    [InlineData(1, "1 ns")]
    [InlineData(100, "100 ns")]
    [InlineData(10_000_000, "10 ms")]
    [InlineData(2_000_000_000, "2 s")]
    [InlineData(86_400_000_000_000, "1 d")]
    [InlineData(-1_500_000, "-1500 us")]
    public void Units_are_the_largest_without_a_fraction(long ns, string expected) =>
        Assert.Equal(expected, DurationText.Describe(ns));

    [Fact]
    public void The_json_has_a_stable_key_for_each_fact()
    {
        using JsonDocument json = JsonDocument.Parse(ProbeJson.Format(s_report));
        JsonElement root = json.RootElement;
        Assert.Equal("/mnt/a\nb", root.GetProperty("path").GetString());
        Assert.Equal("cifs", root.GetProperty("file_system").GetString());
        Assert.Equal("//nas/www", root.GetProperty("source").GetString());
        Assert.Equal(4_000_000_000, root.GetProperty("uid").GetUInt32());
        Assert.False(root.GetProperty("local").GetBoolean());
        Assert.True(root.GetProperty("stable_inodes").GetBoolean());
        JsonElement facts = root.GetProperty("facts");
        Assert.Equal(
            ProbeCatalog.Questions.Select(static q => q.Name), facts.EnumerateObject().Select(static f => f.Name));
        Assert.Equal(
            """{"verdict":"refuses","errno":"EOPNOTSUPP","metafs":"kept in the overlay"}""",
            Compact(facts.GetProperty("chown_user")));
        Assert.Equal(
            """{"verdict":"rounds","rounds_to_ns":100,"metafs":"exact time kept in the overlay"}""",
            Compact(facts.GetProperty("utimens_mtime")));
        Assert.Equal(
            """{"verdict":"untried","detail":"because"}""", Compact(facts.GetProperty("inode_drop_caches")));
        Assert.Equal("guard_missing", root.GetProperty("warnings")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Names_are_unique_and_in_the_manual()
    {
        string manual = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "metafs.1.md"));
        Assert.Distinct(ProbeCatalog.Questions.Select(static q => q.Name));
        foreach (ProbeQuestion question in ProbeCatalog.Questions)
            Assert.Contains($"`{question.Name}`", manual, StringComparison.Ordinal);
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private static ProbeReport Report()
    {
        var context = new ProbeContext(false, false, true, true, false);
        ProbeFact[] facts = [.. ProbeCatalog.Questions.Select(q => Fact(q, context))];
        var mount = new MountEntry(
            1, 0, 0, 1, "/"u8.ToArray(), "/mnt"u8.ToArray(), "cifs", "//nas/www"u8.ToArray(), "rw", "rw,serverino");
        return new ProbeReport(
            Encoding.UTF8.GetBytes("/mnt/a\nb"), mount, context, 4_000_000_000, 1, facts,
            ProbeWarnings.Of(facts, context));
    }

    private static ProbeFact Fact(ProbeQuestion question, ProbeContext context)
    {
        ProbeAnswer answer = question.Name switch
        {
            "chown_user" => ProbeAnswer.Refuses(Errno.EOPNOTSUPP),
            "chmod_file" => ProbeAnswer.Ignores(string.Join("; ", Enumerable.Repeat("0640 shows 0774", 9))),
            "utimens_mtime" => new ProbeAnswer(ProbeVerdict.Rounds, RoundsToNs: 100),
            "case_sensitive" => ProbeAnswer.Ignores(),
            "btime" => ProbeAnswer.Absent(),
            "inode_drop_caches" => ProbeAnswer.Untried("because"),
            _ => ProbeAnswer.Accepts,
        };
        return new ProbeFact(question, answer, Consequences.Of(question, answer, context));
    }
}
