// https://prometheus.io/docs/instrumenting/exposition_formats/
using System.Globalization;
using System.Text;
using MetaFs.Cli.Statistics;
using MetaFs.Fuse;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs stats --prometheus</c> prints, for node_exporter's textfile collector.</summary>
internal static class StatsPrometheus
{
    // Powers of four from 16 us: enough for a dashboard, and few enough series.
    private static readonly int[] s_boundaries = [14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34];

    private static readonly (string Counter, string Name, string Type, string Help)[] s_counters =
    [
        ("nodes", "metafs_inodes", "gauge", "Inodes that the kernel knows."),
        ("open_files", "metafs_open_files", "gauge", "Open files."),
        ("open_directories", "metafs_open_directories", "gauge", "Open directories."),
        ("directory_fds", "metafs_directory_fds", "gauge", "Directories held open on the share."),
        ("directory_opens", "metafs_directory_opens_total", "counter", "Directories opened on the share."),
        ("record_hits", "metafs_record_hits_total", "counter", "Looks at records that asked no database."),
        ("record_reads", "metafs_record_reads_total", "counter", "Looks at records that asked the database."),
        ("commits", "metafs_commits_total", "counter", "Transactions of the database."),
        ("passthrough_opens", "metafs_passthrough_opens_total", "counter", "Opens that bypass the daemon."),
        ("threads", "metafs_threads", "gauge", "Worker threads."),
        ("fds", "metafs_open_fds", "gauge", "File descriptors of the daemon."),
        ("fd_limit", "metafs_max_fds", "gauge", "File descriptors that the daemon may have."),
        ("memory_resident", "metafs_resident_memory_bytes", "gauge", "Memory of the daemon."),
        ("memory_managed", "metafs_managed_memory_bytes", "gauge", "Memory on the daemon's managed heap."),
    ];

    public static string Format(MountStatistics stats)
    {
        var text = new StringBuilder();
        string mount = $"mount=\"{Escape(stats.Info.MountPoint)}\"";
        Head(text, "metafs_info", "gauge", "The mount.");
        Sample(
            text, "metafs_info",
            $"{mount},source=\"{Escape(stats.Info.Source)}\",version=\"{Escape(stats.Info.Version)}\"", "1");
        Head(text, "metafs_uptime_seconds", "gauge", "Since it was mounted.");
        Sample(text, "metafs_uptime_seconds", mount, Seconds(stats.Stats.UptimeNs));
        Head(text, "metafs_cpu_seconds_total", "counter", "Processor time of the daemon.");
        Sample(text, "metafs_cpu_seconds_total", mount, Seconds(stats["cpu_ns"]));
        Requests(text, mount, stats.Stats.Requests);
        Head(text, "metafs_attributes_total", "counter", "Attributes that were set, by what became of them.");
        foreach (ControlOutcome outcome in stats.Stats.Attributes)
        {
            string labels = $"{mount},attribute=\"{outcome.Attribute}\",outcome=\"{outcome.Outcome}\"";
            Sample(text, "metafs_attributes_total", $"{labels},errno=\"{outcome.Errno}\"", Number(outcome.Count));
        }

        if (stats.Rows is { } rows)
        {
            Head(text, "metafs_records", "gauge", "Records in the database.");
            Sample(text, "metafs_records", mount, Number(rows.Records));
            Head(text, "metafs_quarantined_records", "gauge", "Records out of service.");
            Sample(text, "metafs_quarantined_records", mount, Number(rows.Quarantined));
        }

        foreach ((string counter, string name, string type, string help) in s_counters)
        {
            Head(text, name, type, help);
            Sample(text, name, mount, Number(stats[counter]));
        }

        return text.ToString();
    }

    private static void Requests(StringBuilder text, string mount, IReadOnlyList<OpcodeStatistics> requests)
    {
        const string errors = "metafs_request_errors_total";
        Head(text, errors, "counter", "Requests that were answered with an error.");
        foreach (OpcodeStatistics opcode in requests)
        {
            foreach ((string errno, long count) in opcode.Errors)
                Sample(text, errors, $"{mount},opcode=\"{opcode.Name}\",errno=\"{errno}\"", Number(count));
        }

        const string durations = "metafs_request_duration_seconds";
        Head(text, durations, "histogram", "Time from a request's arrival to its reply.");
        foreach (OpcodeStatistics opcode in requests)
        {
            string labels = $"{mount},opcode=\"{opcode.Name}\"";
            foreach (int power in s_boundaries)
                Sample(text, durations + "_bucket", $"{labels},le=\"{Seconds(1L << power)}\"", Number(Below(opcode, power)));
            long all = Below(opcode, 62);
            Sample(text, durations + "_bucket", $"{labels},le=\"+Inf\"", Number(all));
            Sample(text, durations + "_sum", labels, Seconds(opcode.TotalNs));
            Sample(text, durations + "_count", labels, Number(all));
        }
    }

    private static long Below(OpcodeStatistics opcode, int power)
    {
        long count = 0;
        for (int i = 0; i + 1 < opcode.Buckets.Length; i += 2)
            count += LatencyHistogram.EndOf((int)opcode.Buckets[i]) <= 1L << power ? opcode.Buckets[i + 1] : 0;
        return count;
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Sample(StringBuilder text, string name, string labels, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

    private static string Seconds(long ns) => (ns / 1e9).ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string label) => label
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
