using System.Buffers;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Checking;
using MetaFs.Overlay;

namespace MetaFs.Cli.Reports;

/// <summary>
/// What <c>metafs list --json</c> prints: one array with one record per line, so that whole-document readers (jq,
/// Python's json) and line readers can both take it, the latter without holding it all.
/// </summary>
internal static class ListJson
{
    /// <summary>Writes all rows, as they come.</summary>
    /// <param name="rows">The records.</param>
    /// <param name="output">Where to.</param>
    /// <param name="judge">Says of each what the share says of it; null: nobody asked.</param>
    public static void Write(IEnumerable<OverlayRow> rows, TextWriter output, RecordJudge? judge = null)
    {
        using var text = new TextChunks(output);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, JsonValues.Options);
        string separator = "[\n";
        foreach (OverlayRow row in rows)
        {
            WriteRow(json, row, judge);
            json.Flush();
            text.Append(separator);
            text.Append(Encoding.UTF8.GetString(buffer.WrittenSpan));
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            separator = ",\n";
        }

        text.Append(separator == ",\n" ? "\n]\n" : "[]\n");
    }

    private static void WriteRow(Utf8JsonWriter json, OverlayRow row, RecordJudge? judge)
    {
        InodeRecord record = row.Record;
        json.WriteStartObject();
        if (row.Path is { } path)
            JsonValues.WritePath(json, path);
        json.WriteNumber("volume", row.Key.Volume);
        json.WriteNumber("ino", row.Key.Ino);
        json.WriteString("type", JsonValues.TypeName(record.Guard.FileType));
        if (record.Object is { } item)
            WriteObject(json, item);
        if (record.Uid is { } uid)
            WriteField(json, record, "uid", uid.Value, uid.Reason);
        if (record.Gid is { } gid)
            WriteField(json, record, "gid", gid.Value, gid.Reason);
        if (record.Mode is { } mode)
            WriteField(json, record, "mode", mode.Value, mode.Reason, FieldText.Octal(mode.Value));
        if (record.Atime is { } atime)
            WriteField(json, record, "atime", atime.Nanoseconds, atime.Reason);
        if (record.Mtime is { } mtime)
            WriteField(json, record, "mtime", mtime.Nanoseconds, mtime.Reason);
        if (row.Xattrs.Count > 0)
        {
            json.WriteStartArray("xattrs");
            foreach (OverlaidXattr xattr in row.Xattrs)
                JsonValues.WriteXattr(json, Encoding.UTF8.GetString(xattr.Name), xattr.Size, xattr.IsHidden);
            json.WriteEndArray();
        }

        json.WriteNumber("ctime_ns", record.Ctime);
        WriteOrigin(json, new Origin(record.SetAt, record.SetBy));
        if (judge is not null)
            json.WriteString("state", RecordJudge.Word(judge.StateOf(row)));
        json.WriteEndObject();
    }

    // What the share has a plain file for.
    private static void WriteObject(Utf8JsonWriter json, EmulatedObject item)
    {
        json.WriteStartObject("placeholder");
        if (item.Target is { } target)
            JsonValues.WritePath(json, target, "target");
        if (Linux.FileMode.IsDevice(item.Type))
        {
            json.WriteNumber("major", Linux.DeviceNumber.Major(item.Rdev));
            json.WriteNumber("minor", Linux.DeviceNumber.Minor(item.Rdev));
        }

        json.WriteEndObject();
    }

    private static void WriteField(
        Utf8JsonWriter json, InodeRecord record, string name, long value, Reason reason, string? octal = null)
    {
        json.WriteStartObject(name);
        json.WriteNumber("value", value);
        if (octal is not null)
            json.WriteString("octal", octal);
        JsonValues.WriteReason(json, ReasonText.NameOf(reason.Kind), ReasonText.ErrnoOf(reason));
        WriteOrigin(json, record.OriginOf(reason));
        json.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter json, Origin origin)
    {
        json.WriteNumber("set_at_ns", origin.SetAt);
        if (origin.SetBy is { } user)
            json.WriteNumber("set_by", user);
    }
}
