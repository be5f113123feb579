using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Overlay;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs rebind</c> prints.</summary>
internal static class RebindReport
{
    public static string Text(RebindOutcome outcome)
    {
        string done = outcome.IsDone ? "is now" : outcome.Before.Identity == outcome.After ? "is already" : "would be";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Database}: volume {outcome.Before.Id}, {outcome.Before.Identity}, {done} "
            + $"{outcome.After}; {outcome.Fitting} of {outcome.Records} records fit its files");
    }

    public static string Json(RebindOutcome outcome)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonValues.Options))
        {
            json.WriteStartObject();
            json.WriteString("database", outcome.Database);
            json.WriteNumber("volume", outcome.Before.Id);
            Write(json, "before", outcome.Before.Identity);
            Write(json, "after", outcome.After);
            json.WriteNumber("records", outcome.Records);
            json.WriteNumber("fitting", outcome.Fitting);
            json.WriteNumber("not_comparable", outcome.NotComparable);
            json.WriteBoolean("changed", outcome.IsDone);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, in VolumeIdentity identity)
    {
        json.WriteStartObject(name);
        json.WriteString("file_system", identity.FileSystem);
        json.WriteString("source", identity.Source);
        json.WriteNumber("root_ino", identity.RootIno);
        json.WriteNumber("root_btime_ns", identity.RootBirthTime);
        json.WriteEndObject();
    }
}
