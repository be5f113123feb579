using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Statistics;
using MetaFs.Cli.Terminals;
using MetaFs.Fuse;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Tests.Statistics;

public sealed class StatsTests
{
    // 90 quick requests, 9 slow ones, one very slow.
    private static readonly OpcodeStatistics s_lookup = new(
        "LOOKUP", 101, 500_000_000, 300_000_000,
        [
            LatencyHistogram.BucketOf(10_000), 90, LatencyHistogram.BucketOf(1_000_000), 9,
            LatencyHistogram.BucketOf(300_000_000), 1,
        ],
        new Dictionary<string, long> { ["ENOENT"] = 12 });

    private static readonly MountStatistics s_stats = new(
        new ControlInfo("1.2", 4711, "/mnt/na\"s", "/srv/nas", "/x.db", "cifs", true, true, 5, []),
        new ControlStats(
            90_000_000_000, [s_lookup, new OpcodeStatistics("COPY_FILE_RANGE_64", 1, 0, 0, [], [])], null,
            [new ControlOutcome("uid", "refused", "EPERM", 7), new ControlOutcome("mode", "accepted", null, 3)],
            new Dictionary<string, long>
            {
                ["fds"] = 99,
                ["fd_limit"] = 1_048_576,
                ["memory_resident"] = 50 << 20,
                ["record_hits"] = 999,
                ["record_reads"] = 1,
                ["commits"] = 123_456_789,
                ["cpu_ns"] = 1_500_000_000,
            }),
        new OverlayCounts(1_000_000, 0, 2));

    [Fact]
    public void Percentiles_are_at_most_a_quarter_too_high()
    {
        Latency latency = Latency.Of(s_lookup);
        Assert.InRange(latency.Median, 10_000, 12_500);
        Assert.InRange(latency.P90, 10_000, 12_500);
        Assert.InRange(latency.P99, 1_000_000, 1_250_000);
        Assert.Equal((5_000_000, 300_000_000), (latency.Mean, latency.Longest));
        Assert.Equal(default, Latency.Of(s_lookup with { Buckets = [] }));
    }

    [Fact]
    public void The_table_fits_80_columns_and_tells_what_became_of_attributes()
    {
        string text = StatsText.Format(s_stats, null, Ink.None);
        Assert.DoesNotContain(text.Split('\n'), static line => line.Length > 80);
        Assert.Contains("  share    /mnt/na\"s (cifs)\n", text, StringComparison.Ordinal);
        Assert.Contains("up 1 min, CPU 1.5 s, memory 50 MiB\n", text, StringComparison.Ordinal);
        Assert.Contains("1,000,000 records, 2 in quarantine, 123,456,789 commits", text, StringComparison.Ordinal);
        Assert.Contains("99.9 % of 1,000 looks at records\n", text, StringComparison.Ordinal);
        Assert.Matches(@"\nLOOKUP +101 +12 +10 us +10 us +1\.0 ms +300 ms\n", text);
        Assert.Contains(
            "\nowner                      7  refused it: EPERM (Operation not permitted)\n", text, StringComparison.Ordinal);
        Assert.Contains("\nmode                       3  kept\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_has_only_what_happened_since()
    {
        OpcodeStatistics more = s_lookup with
        {
            Count = 111,
            TotalNs = 510_000_000,
            Buckets = [s_lookup.Buckets[0], 100, s_lookup.Buckets[2], 9, s_lookup.Buckets[4], 1],
            Errors = new Dictionary<string, long> { ["ENOENT"] = 12, ["EIO"] = 1 },
        };
        MountStatistics later = s_stats with
        {
            Stats = s_stats.Stats with
            {
                UptimeNs = 95_000_000_000,
                Requests = [more, s_stats.Stats.Requests[1]],
                Attributes = [new ControlOutcome("uid", "refused", "EPERM", 9), s_stats.Stats.Attributes[1]],
            },
        };
        MountStatistics change = later.Since(s_stats);
        Assert.Equal(5.0, change.Seconds);
        OpcodeStatistics lookup = Assert.Single(change.Stats.Requests);
        Assert.Equal((10, 10_000_000), (lookup.Count, lookup.TotalNs));
        Assert.Equal("EIO", Assert.Single(lookup.Errors).Key);
        Assert.InRange(Latency.Of(lookup).Longest, 10_000, 12_500);
        Assert.Equal(new ControlOutcome("uid", "refused", "EPERM", 2), Assert.Single(change.Stats.Attributes));
        Assert.Contains("LOOKUP                     2", StatsText.Format(later, change, Ink.None), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_exact_values()
    {
        using JsonDocument json = JsonDocument.Parse(StatsJson.Format(s_stats));
        JsonElement root = json.RootElement;
        Assert.Equal("/srv/nas", root.GetProperty("mount_point").GetString());
        Assert.Equal(4711, root.GetProperty("pid").GetInt32());
        JsonElement lookup = root.GetProperty("requests").GetProperty("LOOKUP");
        foreach (string name in (string[])["count", "mean_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns"])
            Assert.True(lookup.GetProperty(name).GetInt64() > 0, name);
        Assert.Equal(12, lookup.GetProperty("errors").GetProperty("ENOENT").GetInt64());
        JsonElement owner = root.GetProperty("attributes")[0];
        Assert.Equal(
            ("uid", "refused", "EPERM", 7),
            (owner.GetProperty("attribute").GetString(), owner.GetProperty("outcome").GetString(),
                owner.GetProperty("errno").GetString(), owner.GetProperty("count").GetInt64()));
        Assert.Equal(1_000_000, root.GetProperty("records").GetInt64());
        Assert.Equal(99, root.GetProperty("counters").GetProperty("fds").GetInt64());
    }

    [Fact]
    public void Prometheus_has_a_type_for_each_sample_and_sums_that_fit()
    {
        string text = StatsPrometheus.Format(s_stats);
        HashSet<string> types = [];
        foreach (string line in text.TrimEnd().Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Assert.True(types.Add(line.Split(' ')[2]), line);
            else if (!line.StartsWith('#'))
            {
                Assert.Matches(@"^[a-z_]+\{[a-z]+=""(\\.|[^""\\])*""(,[a-z]+=""(\\.|[^""\\])*"")*\} [0-9.]+$", line);
                string name = line[..line.IndexOf('{', StringComparison.Ordinal)];
                Assert.Contains(types, type => name == type || name.StartsWith(type + "_", StringComparison.Ordinal));
            }
        }

        Assert.Contains("source=\"/mnt/na\\\"s\"", text, StringComparison.Ordinal);
        Assert.Contains("opcode=\"LOOKUP\",le=\"0.016777216\"} 99\n", text, StringComparison.Ordinal);
        Assert.Contains("opcode=\"LOOKUP\",le=\"+Inf\"} 100\n", text, StringComparison.Ordinal);
        Assert.Contains("_duration_seconds_sum{mount=\"/srv/nas\",opcode=\"LOOKUP\"} 0.5\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stats", "Required argument missing")]
    [InlineData("stats / --json --prometheus", "Give --json or --prometheus")]
    [InlineData("stats / --watch --prometheus", "--prometheus is for one look")]
    [InlineData("stats / --watch 0", "--watch takes a number of seconds")]
    [InlineData("stats / --watch soon", "--watch takes a number of seconds")]
    public void A_wrong_command_line_is_a_usage_error(string line, string said)
    {
        CliRun run = CliRun.Inside(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/: not on a MetaFs mount")]
    [InlineData("/none", "/none: ENOENT")]
    public void What_is_no_mount_is_said_to_be_so(string path, string said)
    {
        CliRun run = CliRun.Inside("stats", path);
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "-")]
    [InlineData(1500, "1.5 us")]
    [InlineData(45_000, "45 us")]
    [InlineData(2_500_000, "2.5 ms")]
    [InlineData(1_500_000_000, "1.5 s")]
    [InlineData(75_000_000_000, "75 s")]
    public void Spans_are_short(long ns, string text) => Assert.Equal(text, AmountText.Span(ns));
}
