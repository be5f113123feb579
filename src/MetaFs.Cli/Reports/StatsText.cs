using System.Globalization;
using System.Text;
using MetaFs.Cli.Statistics;
using MetaFs.Cli.Terminals;
using MetaFs.Fuse;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs stats</c> prints for people, in 80 columns.</summary>
internal static class StatsText
{
    /// <summary>The whole text, ended by a line feed.</summary>
    /// <param name="now">The mount's numbers.</param>
    /// <param name="change">What of them happened in the time shown; null: all since the mount.</param>
    /// <param name="ink">Colours.</param>
    public static string Format(MountStatistics now, MountStatistics? change, Ink ink)
    {
        var text = new StringBuilder();
        Head(text, now, ink);
        MountStatistics shown = change ?? now;
        Requests(text, shown, change is not null, ink);
        Attributes(text, shown.Stats.Attributes, ink);
        return text.ToString();
    }

    private static void Head(StringBuilder text, MountStatistics now, Ink ink)
    {
        ControlInfo info = now.Info;
        text.Append(ink.Bold(ByteText.ForDisplay(info.MountPoint))).Append('\n');
        Line(text, "share", $"{ByteText.ForDisplay(info.Source)} ({info.FileSystem})");
        Line(text, "daemon", string.Create(
            CultureInfo.InvariantCulture,
            $"process {info.Pid}, up {AmountText.Uptime(now.Seconds)}, CPU {AmountText.Span(now["cpu_ns"])}, ")
            + $"memory {AmountText.Bytes(now["memory_resident"])}");
        Line(text, "open", $"{Counted(now["open_files"], "file")}, {Counted(now["open_directories"], "directory")}; "
            + $"{AmountText.Count(now["fds"])} of {AmountText.Count(now["fd_limit"])} descriptors, "
            + Counted(now["threads"], "thread"));
        Line(text, "known", $"{Counted(now["nodes"], "inode")}; {Counted(now["directory_fds"], "directory")} held open");
        string rows = now.Rows is { } counts
            ? $"{Counted(counts.Records, "record")}, {AmountText.Count(counts.Quarantined)} in quarantine, "
            : "";
        Line(text, "database", $"{rows}{Counted(now["commits"], "commit")}");
        long looks = now["record_hits"] + now["record_reads"];
        Line(text, "cached", $"{AmountText.Share(now["record_hits"], looks)} of {Counted(looks, "look")} at records");
        (long opens, long passed) = now.Opens;
        Line(text, "bypass", now.Info.Passthrough
            ? $"{AmountText.Share(passed, opens)} of {Counted(opens, "open file")} read and written by the kernel itself"
            : "none: the kernel reads and writes no file by itself");
    }

    private static void Requests(StringBuilder text, MountStatistics shown, bool isChange, Ink ink)
    {
        string count = isChange ? "per s" : "count";
        text.Append('\n').Append(ink.Bold(
            $"{"requests",-17}{count,11}{"errors",9}{"p50",9}{"p90",9}{"p99",9}{"max",9}")).Append('\n');
        foreach (OpcodeStatistics opcode in shown.Stats.Requests.OrderByDescending(static o => o.Count))
        {
            Latency latency = Latency.Of(opcode);
            long errors = opcode.Errors.Values.Sum();
            string number = isChange
                ? (opcode.Count / Math.Max(shown.Seconds, 0.001)).ToString("N0", CultureInfo.InvariantCulture)
                : AmountText.Count(opcode.Count);
            text.Append(CultureInfo.InvariantCulture, $"{opcode.Name,-17}{number,11}");
            text.Append(CultureInfo.InvariantCulture, $"{(errors == 0 ? "" : AmountText.Count(errors)),9}");
            text.Append(CultureInfo.InvariantCulture, $"{AmountText.Span(latency.Median),9}{AmountText.Span(latency.P90),9}");
            text.Append(CultureInfo.InvariantCulture, $"{AmountText.Span(latency.P99),9}{AmountText.Span(latency.Longest),9}");
            text.Append('\n');
        }

        if (shown.Stats.Requests.Count == 0)
            text.Append("none\n");
    }

    private static void Attributes(StringBuilder text, IReadOnlyList<ControlOutcome> outcomes, Ink ink)
    {
        if (outcomes.Count == 0)
            return;
        text.Append('\n').Append(ink.Bold($"{"attributes set",-17}{"count",11}  by the share")).Append('\n');
        foreach (ControlOutcome outcome in outcomes)
        {
            string label = outcome.Attribute switch
            {
                "uid" => "owner",
                "gid" => "group",
                _ => outcome.Attribute,
            };
            string what = outcome.Outcome == "accepted"
                ? "kept"
                : ReasonText.Explain(outcome.Outcome, outcome.Errno).Replace("the share ", "", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{label,-17}{AmountText.Count(outcome.Count),11}  {what}\n");
        }
    }

    private static void Line(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"  {label,-9}{value}\n");

    private static string Counted(long count, string what)
    {
        string many = what.EndsWith('y') ? what[..^1] + "ies" : what + "s";
        return $"{AmountText.Count(count)} {(count == 1 ? what : many)}";
    }
}
