using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MetaFs.Cli.Reports;

/// <summary>What all JSON of the program has in common.</summary>
internal static class JsonValues
{
    /// <summary>Names stay readable: only what JSON itself demands is escaped.</summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = false,
    };

    /// <summary>One object as text.</summary>
    public static string Object(Action<Utf8JsonWriter> write, bool isIndented = false)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options with { Indented = isIndented }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>
    /// A path or target: <paramref name="name"/> as text, with U+FFFD for what is no UTF-8, and then also that name with "_b64", the exact bytes.
    /// </summary>
    public static void WritePath(Utf8JsonWriter json, ReadOnlySpan<byte> path, string name = "path")
    {
        json.WriteString(name, Encoding.UTF8.GetString(path));
        if (!ByteText.IsUtf8(path))
            json.WriteBase64String(name + "_b64", path);
    }

    /// <summary>A reason: "reason", and "errno" where the share gave one.</summary>
    public static void WriteReason(Utf8JsonWriter json, string reason, string? errno)
    {
        json.WriteString("reason", reason);
        if (errno is not null)
            json.WriteString("errno", errno);
    }

    /// <summary>An extended attribute in the overlay; what hides the share's has no size.</summary>
    public static void WriteXattr(Utf8JsonWriter json, string name, int size, bool isHidden)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        if (isHidden)
            json.WriteBoolean("removed", true);
        else
            json.WriteNumber("size", size);
        json.WriteEndObject();
    }

    /// <summary>A file type's word.</summary>
    /// <param name="mode">S_IFMT bits; others are not looked at.</param>
    public static string TypeName(uint mode) => FieldText.TypeLetter(mode) switch
    {
        '-' => "file",
        'd' => "directory",
        'l' => "symlink",
        'p' => "fifo",
        's' => "socket",
        'c' => "char",
        'b' => "block",
        _ => "unknown",
    };
}
