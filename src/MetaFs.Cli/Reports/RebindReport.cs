using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Rebinding;
using MetaFs.Overlay;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs rebind</c> prints.</summary>
internal static class RebindReport
{
    public static string Text(RebindOutcome outcome)
    {
        var text = new StringBuilder();
        foreach ((byte[] path, ulong ino, string why) in outcome.ByPath?.Unmatched ?? [])
            text.Append(CultureInfo.InvariantCulture, $"no file: {ByteText.ForDisplay(path)} (inode {ino}): {why}\n");
        foreach (byte[] path in outcome.ByPath?.LostTimes ?? [])
            text.Append($"times gone: {ByteText.ForDisplay(path)}: its size or mtime is another\n");
        string done = outcome.IsDone ? "is now" : outcome.Before.Identity == outcome.After ? "is already" : "would be";
        text.Append(CultureInfo.InvariantCulture, $"{outcome.Database}: volume {outcome.Before.Id}\n");
        text.Append($"  was         {outcome.Before.Identity}\n");
        text.Append($"  {done,-11} {outcome.After}\n");
        text.Append(
            CultureInfo.InvariantCulture, $"  records     {outcome.Fitting:N0} of {outcome.Records:N0} fit its files");
        if (outcome.ByPath is { } byPath)
            Append(text, byPath, outcome.IsDone);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ByPathOutcome outcome, bool isDone)
    {
        if (outcome.Moved > 0)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n  moved       {outcome.Moved:N0} under another path, by size and mtime");
        if (outcome.LostTimes.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n  times gone  {outcome.LostTimes.Count:N0}");
        if (outcome.Unmatched.Count > 0)
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n  no file     {outcome.Unmatched.Count:N0}{(isDone ? ", now in quarantine" : "")}");
        if (outcome.Previous is { } previous)
            text.Append($"\n  as it was   {previous}");
    }

    public static string Json(RebindOutcome outcome)
    {
        return JsonValues.Object(json =>
        {
            json.WriteString("database", outcome.Database);
            json.WriteNumber("volume", outcome.Before.Id);
            Write(json, "before", outcome.Before.Identity);
            Write(json, "after", outcome.After);
            json.WriteNumber("records", outcome.Records);
            json.WriteNumber("fitting", outcome.Fitting);
            json.WriteNumber("not_comparable", outcome.NotComparable);
            json.WriteBoolean("changed", outcome.IsDone);
            if (outcome.ByPath is { } byPath)
                Write(json, byPath);
        });
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

    private static void Write(Utf8JsonWriter json, ByPathOutcome outcome)
    {
        json.WriteNumber("moved", outcome.Moved);
        json.WriteStartArray("lost_times");
        foreach (byte[] path in outcome.LostTimes)
        {
            json.WriteStartObject();
            JsonValues.WritePath(json, path);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unmatched");
        foreach ((byte[] path, ulong ino, string why) in outcome.Unmatched)
        {
            json.WriteStartObject();
            JsonValues.WritePath(json, path);
            json.WriteNumber("ino", ino);
            json.WriteString("why", why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("previous", outcome.Previous);
    }
}
