using System.Text;
using System.Text.Json;
using MetaFs.Cli.Probing;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs probe --json</c> prints: one object, see JSON in docs/metafs.1.md.</summary>
internal static class ProbeJson
{
    public static string Format(ProbeReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonValues.Options with { Indented = true }))
        {
            json.WriteStartObject();
            JsonValues.WritePath(json, report.Path);
            json.WriteString("file_system", report.Mount.Type);
            json.WriteString("source", Encoding.UTF8.GetString(report.Mount.Source));
            json.WriteNumber("uid", report.Uid);
            json.WriteNumber("gid", report.Gid);
            json.WriteBoolean("local", report.Context.IsLocal);
            json.WriteBoolean("stable_inodes", report.Context.StableInodes);
            json.WriteStartObject("facts");
            foreach (ProbeFact fact in report.Facts)
                WriteFact(json, fact);
            json.WriteEndObject();
            json.WriteStartArray("warnings");
            foreach (ProbeWarning warning in report.Warnings)
            {
                json.WriteStartObject();
                json.WriteString("name", warning.Name);
                json.WriteString("text", warning.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The word of a verdict.</summary>
    internal static string Word(ProbeVerdict verdict) => verdict switch
    {
        ProbeVerdict.Accepts => "accepts",
        ProbeVerdict.Refuses => "refuses",
        ProbeVerdict.Ignores => "ignores",
        ProbeVerdict.Rounds => "rounds",
        ProbeVerdict.Absent => "absent",
        _ => "untried",
    };

    private static void WriteFact(Utf8JsonWriter json, ProbeFact fact)
    {
        json.WriteStartObject(fact.Name);
        json.WriteString("verdict", Word(fact.Answer.Verdict));
        if (fact.Answer.Verdict == ProbeVerdict.Refuses)
            json.WriteString("errno", fact.Answer.Errno.ToString());
        if (fact.Answer.Verdict == ProbeVerdict.Rounds)
            json.WriteNumber("rounds_to_ns", fact.Answer.RoundsToNs);
        if (fact.Answer.Detail is { } detail)
            json.WriteString("detail", detail);
        if (fact.Consequence.Length > 0)
            json.WriteString("metafs", fact.Consequence);
        json.WriteEndObject();
    }
}
