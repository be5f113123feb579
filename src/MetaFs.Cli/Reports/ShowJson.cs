using System.Buffers;
using System.Text;
using System.Text.Json;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs show --json</c> prints: one array, one object per path, in the order given.</summary>
internal sealed class ShowJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public ShowJson()
    {
        _json = new Utf8JsonWriter(_buffer, JsonValues.Options with { Indented = true });
        _json.WriteStartArray();
    }

    /// <summary>Adds a file.</summary>
    public void Write(ReadOnlySpan<byte> path, ControlShow show)
    {
        _json.WriteStartObject();
        JsonValues.WritePath(_json, path);
        WriteAttributes("effective", show.Effective);
        WriteAttributes("share", show.Share);
        _json.WriteStartObject("record");
        foreach (ControlField field in show.Fields)
            WriteField(field);
        _json.WriteEndObject();
        _json.WriteBoolean("has_record", show.HasRecord);
        if (show.SetAtNs is { } setAt)
            _json.WriteNumber("set_at_ns", setAt);
        if (show.SetBy is { } setBy)
            _json.WriteNumber("set_by", setBy);
        if (show.GuardKind is { } guard)
            _json.WriteString("guard", guard);
        if (show.GuardHolds is { } holds)
            _json.WriteBoolean("guard_holds", holds);
        if (show.Witness is { } witness)
            WriteWitness(witness);
        if (show.XattrCount > 0)
            WriteXattrs(show);
        _json.WriteEndObject();
    }

    /// <summary>Takes what has been written so far, so that a long array need not be held.</summary>
    public string Take()
    {
        _json.Flush();
        string text = Encoding.UTF8.GetString(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        return text;
    }

    /// <summary>Adds a path that could not be shown.</summary>
    public void WriteError(ReadOnlySpan<byte> path, Errno errno, string message)
    {
        _json.WriteStartObject();
        JsonValues.WritePath(_json, path);
        _json.WriteStartObject("error");
        _json.WriteString("errno", errno.ToString());
        _json.WriteString("message", message);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>The whole array.</summary>
    public string Finish()
    {
        _json.WriteEndArray();
        return Take();
    }

    public void Dispose() => _json.Dispose();

    private void WriteAttributes(string name, ControlAttributes attributes)
    {
        _json.WriteStartObject(name);
        _json.WriteString("type", attributes.Type);
        _json.WriteNumber("mode", attributes.Mode);
        _json.WriteString("mode_octal", FieldText.Octal(attributes.Mode));
        _json.WriteNumber("uid", attributes.Uid);
        _json.WriteNumber("gid", attributes.Gid);
        _json.WriteNumber("size", attributes.Size);
        _json.WriteNumber("ino", attributes.Ino);
        _json.WriteNumber("nlink", attributes.Nlink);
        _json.WriteNumber("atime_ns", attributes.AtimeNs);
        _json.WriteNumber("mtime_ns", attributes.MtimeNs);
        _json.WriteNumber("ctime_ns", attributes.CtimeNs);
        if (attributes.BtimeNs is { } birth)
            _json.WriteNumber("btime_ns", birth);
        _json.WriteEndObject();
    }

    private void WriteXattrs(ControlShow show)
    {
        _json.WriteStartArray("xattrs");
        foreach (ControlXattr xattr in show.Xattrs)
            JsonValues.WriteXattr(_json, xattr.Name, xattr.Size, xattr.Hidden);
        _json.WriteEndArray();
        _json.WriteNumber("xattr_count", show.XattrCount);
    }

    private void WriteWitness(ControlWitness witness)
    {
        _json.WriteStartObject("witness");
        _json.WriteNumber("mtime_ns", witness.MtimeNs);
        _json.WriteNumber("size", witness.Size);
        _json.WriteNumber("taken_at_ns", witness.TakenAtNs);
        _json.WriteString("state", witness.State);
        _json.WriteEndObject();
    }

    private void WriteField(ControlField field)
    {
        _json.WriteStartObject(field.Name);
        _json.WriteNumber("value", field.Value);
        JsonValues.WriteReason(_json, field.Reason, field.Errno);
        if (field.SetAtNs is { } setAt)
            _json.WriteNumber("set_at_ns", setAt);
        if (field.SetBy is { } setBy)
            _json.WriteNumber("set_by", setBy);
        _json.WriteBoolean("valid", field.Valid);
        if (field.Why is not null)
            _json.WriteString("why", field.Why);
        _json.WriteEndObject();
    }
}
