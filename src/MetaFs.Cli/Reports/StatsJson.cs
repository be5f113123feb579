using System.Text;
using System.Text.Json;
using MetaFs.Cli.Statistics;
using MetaFs.Fuse;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs stats --json</c> prints: one object in one line.</summary>
internal static class StatsJson
{
    public static string Format(MountStatistics stats) => JsonValues.Object(json => Write(json, stats));

    private static void Write(Utf8JsonWriter json, MountStatistics stats)
    {
        ControlInfo info = stats.Info;
        json.WriteString("mount_point", info.MountPoint);
        json.WriteString("source", info.Source);
        json.WriteString("file_system", info.FileSystem);
        json.WriteString("database", info.Database);
        json.WriteString("version", info.Version);
        json.WriteNumber("pid", info.Pid);
        json.WriteNumber("uptime_ns", stats.Stats.UptimeNs);
        json.WriteStartObject("requests");
        foreach (OpcodeStatistics opcode in stats.Stats.Requests)
            WriteOpcode(json, opcode);
        json.WriteEndObject();
        json.WriteStartArray("attributes");
        foreach (ControlOutcome outcome in stats.Stats.Attributes)
        {
            json.WriteStartObject();
            json.WriteString("attribute", outcome.Attribute);
            json.WriteString("outcome", outcome.Outcome);
            if (outcome.Errno is not null)
                json.WriteString("errno", outcome.Errno);
            json.WriteNumber("count", outcome.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (stats.Rows is { } rows)
        {
            json.WriteNumber("records", rows.Records);
            json.WriteNumber("quarantined", rows.Quarantined);
        }

        json.WriteBoolean("passthrough", info.Passthrough);
        json.WriteStartObject("counters");
        foreach ((string name, long value) in stats.Stats.Counters)
            json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    private static void WriteOpcode(Utf8JsonWriter json, OpcodeStatistics opcode)
    {
        Latency latency = Latency.Of(opcode);
        json.WriteStartObject(opcode.Name);
        json.WriteNumber("count", opcode.Count);
        json.WriteNumber("mean_ns", latency.Mean);
        json.WriteNumber("p50_ns", latency.Median);
        json.WriteNumber("p90_ns", latency.P90);
        json.WriteNumber("p99_ns", latency.P99);
        json.WriteNumber("max_ns", latency.Longest);
        json.WriteStartObject("errors");
        foreach ((string errno, long count) in opcode.Errors)
            json.WriteNumber(errno, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
