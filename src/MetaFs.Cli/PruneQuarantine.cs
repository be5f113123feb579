// metafs prune --quarantine: what was put out of service and is not wanted any more.
using System.Globalization;
using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Selecting;
using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary>Deletes quarantined records of a database that is not mounted.</summary>
internal static class PruneQuarantine
{
    /// <summary>This machine's clock, ns since the epoch.</summary>
    public static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Says what would go, asks, and deletes it.</summary>
    public static ExitCode Run(
        string database, string? older, bool isDry, bool isJson, Func<int, bool> agrees, TextWriter output)
    {
        long moment = long.MaxValue;
        if (older is not null)
            _ = AgeOption.TryParse(older, Now, out moment);
        try
        {
            List<QuarantinedRow> rows;
            using (OverlayReader reader = OverlayReader.Open(database))
                rows = [.. reader.Quarantined().Where(row => row.MovedAt < moment)];
            if (!isJson)
                Write(rows, output);
            long dropped = !isDry && rows.Count > 0 && agrees(rows.Count) ? Drop(database, moment) : 0;
            output.WriteLine(isJson ? Json(database, rows, dropped, isDry) : Text(database, rows.Count, dropped));
            return ExitCode.Ok;
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
    }

    private static long Drop(string database, long moment)
    {
        using var offline = new OfflineDatabase(database);
        offline.Require(offline.Store.DropQuarantined(moment, out long dropped));
        offline.Sync();
        return dropped;
    }

    private static void Write(List<QuarantinedRow> rows, TextWriter output)
    {
        foreach (QuarantinedRow row in rows)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ByteText.ForDisplay(row.Record.Hint.Name ?? "."u8)} (inode {row.Key.Ino} of volume {row.Key.Volume}), "
                + $"{AgeText.Describe(row.MovedAt, Now)}: {ByteText.ForDisplay(row.Reason)}"));
        }
    }

    private static string Text(string database, int count, long dropped) => string.Create(
        CultureInfo.InvariantCulture,
        $"{database}: {count:N0} {(count == 1 ? "record" : "records")} in quarantine; "
        + $"{(dropped == 0 ? "nothing was deleted" : $"{dropped:N0} deleted")}");

    private static string Json(string database, List<QuarantinedRow> rows, long dropped, bool isDry) =>
        JsonValues.Object(json =>
        {
            json.WriteString("database", database);
            json.WriteStartArray("quarantined");
            foreach (QuarantinedRow row in rows)
                Write(json, row);
            json.WriteEndArray();
            json.WriteNumber("dropped", dropped);
            json.WriteBoolean("dry_run", isDry);
        });

    private static void Write(Utf8JsonWriter json, QuarantinedRow row)
    {
        json.WriteStartObject();
        if (row.Record.Hint.Name is { } name)
            JsonValues.WritePath(json, name, "name");
        json.WriteNumber("volume", row.Key.Volume);
        json.WriteNumber("ino", row.Key.Ino);
        json.WriteString("reason", row.Reason);
        json.WriteNumber("moved_at_ns", row.MovedAt);
        json.WriteEndObject();
    }
}
