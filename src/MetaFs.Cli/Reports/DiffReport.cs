using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Comparing;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Reports;

/// <summary>How <c>metafs diff</c> tells what differs.</summary>
internal interface IDiffReport : IDisposable
{
    /// <summary>One name, as it is met.</summary>
    void Write(Difference difference);

    /// <summary>The sums.</summary>
    void Finish(long names, long different, long unreadable);
}

/// <summary>For people: a line for each name as from rsync(1), and the values where they are wanted.</summary>
internal sealed class DiffText(TextWriter output, bool verbose) : IDiffReport
{
    private readonly Ink _ink = Ink.For(output);

    public void Write(Difference difference)
    {
        output.WriteLine($"{Paint(difference)} {ByteText.ForDisplay(difference.Path)}");
        if (!verbose)
            return;
        if (difference.Type)
            Values("type", JsonValues.TypeName(difference.Mount.Mode), JsonValues.TypeName(difference.Share.Mode));
        if (difference.Size)
            Values("size", Number(difference.Mount.Size), Number(difference.Share.Size));
        if (difference.Mtime)
            Values("mtime", FieldText.Time(difference.Mount.MtimeNs), FieldText.Time(difference.Share.MtimeNs));
        if (difference.Mode)
            Values("mode", FieldText.Octal(difference.Mount.Mode), FieldText.Octal(difference.Share.Mode));
        if (difference.Uid)
            Values("owner", FieldText.User(difference.Mount.Uid), FieldText.User(difference.Share.Uid));
        if (difference.Gid)
            Values("group", FieldText.Group(difference.Mount.Gid), FieldText.Group(difference.Share.Gid));
        if (difference.Atime)
            Values("atime", FieldText.Time(difference.Mount.AtimeNs), FieldText.Time(difference.Share.AtimeNs));
    }

    public void Finish(long names, long different, long unreadable)
    {
    }

    public void Dispose()
    {
    }

    private string Paint(Difference difference) => difference.Sides == Sides.Both && !difference.Type
        ? _ink.Notable(difference.Itemized)
        : _ink.Bad(difference.Itemized);

    private void Values(string label, string mount, string share)
    {
        output.WriteLine($"    {label,-7} {_ink.Good(mount)}");
        output.WriteLine($"      share {share}");
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>For programs: one object; the differences as an array with one in each line, then the sums.</summary>
internal sealed class DiffJson : IDiffReport
{
    private readonly TextChunks _text;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;
    private string _separator = "\n";

    public DiffJson(TextWriter output, string mountPoint, string share)
    {
        _text = new TextChunks(output);
        _json = new Utf8JsonWriter(_buffer, JsonValues.Options);
        _json.WriteStartObject();
        _json.WriteString("mount_point", ByteText.ForDisplay(mountPoint));
        _json.WriteString("share", share);
        _json.WriteEndObject();
        _text.Append(Take()[..^1] + ",\"differences\":[");
    }

    public void Write(Difference difference)
    {
        _json.Reset(_buffer);
        _json.WriteStartObject();
        JsonValues.WritePath(_json, difference.Path);
        _json.WriteString("itemized", difference.Itemized);
        _json.WriteString("on", difference.Sides switch
        {
            Sides.MountOnly => "mount",
            Sides.ShareOnly => "share",
            _ => "both",
        });
        Pair(difference.Type, "type", difference, static s => JsonValues.TypeName(s.Mode), (j, n, v) => j.WriteString(n, v));
        Number(difference.Size, "size", difference, static s => s.Size);
        Number(difference.Mtime, "mtime_ns", difference, static s => s.MtimeNs);
        Number(difference.Mode, "mode", difference, static s => FileMode.PermissionsOf(s.Mode));
        Number(difference.Uid, "uid", difference, static s => s.Uid);
        Number(difference.Gid, "gid", difference, static s => s.Gid);
        Number(difference.Atime, "atime_ns", difference, static s => s.AtimeNs);
        _json.WriteEndObject();
        _text.Append(_separator + Take());
        _separator = ",\n";
    }

    public void Finish(long names, long different, long unreadable) => _text.Append(string.Create(
        CultureInfo.InvariantCulture,
        $"{(_separator == "\n" ? "" : "\n")}],\"names\":{names},\"different\":{different},\"unreadable\":{unreadable}}}\n"));

    public void Dispose()
    {
        _text.Dispose();
        _json.Dispose();
    }

    private void Number(bool differs, string name, Difference difference, Func<Statx, decimal> value) =>
        Pair(differs, name, difference, value, static (j, n, v) => j.WriteNumber(n, v));

    private void Pair<T>(
        bool differs, string name, Difference difference, Func<Statx, T> value, Action<Utf8JsonWriter, string, T> write)
    {
        if (!differs)
            return;
        _json.WriteStartObject(name);
        write(_json, "mount", value(difference.Mount));
        write(_json, "share", value(difference.Share));
        _json.WriteEndObject();
    }

    private string Take()
    {
        _json.Flush();
        string text = Encoding.UTF8.GetString(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        return text;
    }
}
