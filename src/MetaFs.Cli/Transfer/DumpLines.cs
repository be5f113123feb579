// The complete form of an export: one JSON object a line, one line a row of the database.
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Overlay;

namespace MetaFs.Cli.Transfer;

/// <summary>
/// JSON lines: first <c>{"metafs":"overlay","format":2,...}</c>, then rows as <c>{"table":"record","volume":1,...}</c>,
/// with the columns' names of metafs-overlay(5), then <c>{"end":true,"rows":N}</c>. NULL is left out; bytes are text
/// where they are UTF-8, else base64 under the name with "_b64" behind it; inode numbers are unsigned.
/// </summary>
internal static class DumpLines
{
    /// <summary>The version of the form itself; the tables' is the database's schema.</summary>
    public const int Format = 2;

    // Before it there was no last line, so nobody could tell an export that was cut off between two lines.
    private const int FirstWithEnd = 2;

    private const string EncodedSuffix = "_b64";
    private const string Name = "name";

    /// <summary>Writes a header and all rows.</summary>
    /// <returns>How many records, tables of other things not counted.</returns>
    public static long Write(IEnumerable<DumpedRow> rows, Stream output, Action<long> progress)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, JsonValues.Options);
        json.WriteStartObject();
        json.WriteString("metafs", "overlay");
        json.WriteNumber("format", Format);
        json.WriteString("program", VersionCommand.ProgramVersion);
        json.WriteEndObject();
        (long records, long written) = (0, 0);
        EndLine(json, buffer, output);
        foreach (DumpedRow row in rows)
        {
            written++;
            json.WriteStartObject();
            json.WriteString("table", row.Table);
            foreach ((string name, object value) in row.Columns)
                WriteValue(json, name, value);
            json.WriteEndObject();
            EndLine(json, buffer, output);
            if (row.Table == "record")
                progress(++records);
        }

        json.WriteStartObject();
        json.WriteBoolean("end", true);
        json.WriteNumber("rows", written);
        json.WriteEndObject();
        EndLine(json, buffer, output);
        return records;
    }

    /// <summary>Reads lines into an empty database.</summary>
    /// <param name="input">The export.</param>
    /// <param name="restore">The database.</param>
    /// <param name="progress">Told the number of records.</param>
    /// <returns>How many records.</returns>
    /// <exception cref="EntryFormatException">A line is not as it should be.</exception>
    public static long Read(Stream input, OverlayRestore restore, Action<long> progress)
    {
        (long records, long rows, long last) = (0, 0, 0);
        (int version, bool hasEnded) = (0, false);
        foreach ((long number, byte[] line) in TextLines.Of(input, mustEnd: true))
        {
            last = number;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                if (hasEnded)
                    throw new FormatException("after the line that ends an export");
                if (version == 0)
                {
                    version = VersionOf(document.RootElement);
                    continue;
                }

                hasEnded = version >= FirstWithEnd && IsEnd(document.RootElement, rows);
                if (hasEnded)
                    continue;
                DumpedRow row = RowOf(document.RootElement, restore);
                rows++;
                if (restore.Insert(row) is { } problem)
                    throw new FormatException(problem);
                if (row.Table == "record")
                    progress(++records);
            }
            catch (JsonException e)
            {
                // Its message ends with a position that counts this line as the first.
                string what = e.Message.Split(" LineNumber:")[0];
                throw new EntryFormatException(
                    number, string.Create(CultureInfo.InvariantCulture, $"byte {e.BytePositionInLine + 1}: {what}"));
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException)
            {
                throw new EntryFormatException(number, e.Message);
            }
        }

        if (version == 0)
            throw new EntryFormatException(1, "it is empty");
        if (version >= FirstWithEnd && !hasEnded)
            throw new EntryFormatException(last, "it has no line that ends it: the file is cut off behind this one");
        return records;
    }

    private static void EndLine(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer, Stream output)
    {
        json.Flush();
        output.Write(buffer.WrittenSpan);
        output.WriteByte((byte)'\n');
        buffer.ResetWrittenCount();
        json.Reset(buffer);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case long number when IsUnsigned(name):
                json.WriteNumber(name, unchecked((ulong)number));
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case byte[] bytes when ByteText.IsUtf8(bytes):
                json.WriteString(name, Encoding.UTF8.GetString(bytes));
                break;
            case byte[] bytes:
                json.WriteBase64String(name + EncodedSuffix, bytes);
                break;
        }
    }

    // Numbers of 64 bits that SQLite keeps as signed ones with the same bits.
    private static bool IsUnsigned(string column) =>
        column is "witness_size" || column.EndsWith("ino", StringComparison.Ordinal)
        || column.EndsWith("parent", StringComparison.Ordinal);

    private static int VersionOf(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object || !header.TryGetProperty("metafs", out JsonElement kind)
            || kind.ValueKind != JsonValueKind.String || kind.GetString() != "overlay")
            throw new FormatException("not an export of metafs: its first line says {\"metafs\":\"overlay\"}");
        if (!header.TryGetProperty("format", out JsonElement format) || !format.TryGetInt32(out int version)
            || version is < 1 or > Format)
            throw new FormatException("of another format; use the MetaFs that wrote it, or a newer one");
        return version;
    }

    private static bool IsEnd(JsonElement line, long rows)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("end", out _))
            return false;
        return line.TryGetProperty("rows", out JsonElement count) && count.ValueKind == JsonValueKind.Number
            && count.TryGetInt64(out long written) && written == rows
            ? true
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"the export had another number of rows than the {rows} above"));
    }

    private static DumpedRow RowOf(JsonElement line, OverlayRestore restore)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("table", out JsonElement name)
            || name.ValueKind != JsonValueKind.String)
            throw new FormatException("a row names its \"table\"");
        string table = name.GetString()!;
        if (!restore.HasTable(table))
            throw new FormatException($"there is no table '{ByteText.ForDisplay(table)}'");
        List<KeyValuePair<string, object>> columns = [];
        foreach (JsonProperty property in line.EnumerateObject())
        {
            if (property.NameEquals("table"))
                continue;
            bool isEncoded = restore.TypeOf(table, property.Name) is null
                && property.Name.EndsWith(EncodedSuffix, StringComparison.Ordinal);
            string column = isEncoded ? property.Name[..^EncodedSuffix.Length] : property.Name;
            string type = restore.TypeOf(table, column)
                ?? throw new FormatException($"table {table} has no column '{ByteText.ForDisplay(column)}'");
            columns.Add(new KeyValuePair<string, object>(column, ValueOf(property, type, isEncoded)));
        }

        return columns.Count > 0 ? new DumpedRow(table, columns) : throw new FormatException("a row without columns");
    }

    private static object ValueOf(JsonProperty property, string type, bool isEncoded)
    {
        JsonElement value = property.Value;
        switch (type)
        {
            case "INTEGER" when value.ValueKind == JsonValueKind.Number:
                if (value.TryGetInt64(out long number))
                    return number;
                if (value.TryGetUInt64(out ulong large) && IsUnsigned(property.Name))
                    return unchecked((long)large);
                break;
            case "TEXT" when value.ValueKind == JsonValueKind.String && !isEncoded:
                return value.GetString()!;
            case "BLOB" when value.ValueKind == JsonValueKind.String:
                byte[] bytes = isEncoded ? value.GetBytesFromBase64() : Encoding.UTF8.GetBytes(value.GetString()!);
                string column = isEncoded ? property.Name[..^EncodedSuffix.Length] : property.Name;
                if (bytes.Contains((byte)0) && column.EndsWith(Name, StringComparison.Ordinal))
                    throw new FormatException("a name with a NUL");
                return bytes;
        }

        throw new FormatException($"'{property.Name}' is no value for a column of type {type}");
    }
}
