using System.Globalization;
using System.Text;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs show</c> prints for people: one block per file, 80 columns where names allow.</summary>
internal static class ShowText
{
    /// <summary>The block, ended by a line feed.</summary>
    /// <param name="path">As given.</param>
    /// <param name="show">The mount's answer.</param>
    /// <param name="now">This machine's clock, ns since the epoch.</param>
    public static string Format(ReadOnlySpan<byte> path, ControlShow show, long now)
    {
        var text = new StringBuilder();
        ControlAttributes effective = show.Effective;
        ControlAttributes share = show.Share;
        text.Append(ByteText.ForDisplay(path)).Append('\n');
        Line(text, "type", string.Join(
            ", ", Type(effective.Type), Count(effective.Size, "byte"), Count(effective.Nlink, "link"),
            "inode " + effective.Ino.ToString(CultureInfo.InvariantCulture)));
        Value(text, show, "uid", "owner", FieldText.User(effective.Uid), FieldText.User(share.Uid));
        Value(text, show, "gid", "group", FieldText.Group(effective.Gid), FieldText.Group(share.Gid));
        Value(text, show, "mode", "mode", Mode(effective.Mode), Mode(share.Mode));
        Value(text, show, "atime", "atime", FieldText.Time(effective.AtimeNs), FieldText.Time(share.AtimeNs));
        Value(text, show, "mtime", "mtime", FieldText.Time(effective.MtimeNs), FieldText.Time(share.MtimeNs));
        Value(text, show, "ctime", "ctime", FieldText.Time(effective.CtimeNs), FieldText.Time(share.CtimeNs));
        if (effective.BtimeNs is { } birth)
            Line(text, "birth", FieldText.Time(birth));
        Line(text, "record", Record(show, now));
        return text.ToString();
    }

    private static void Value(
        StringBuilder text, ControlShow show, string name, string label, string effective, string share)
    {
        ControlField? field = show.Fields.FirstOrDefault(f => f.Name == name);
        Line(text, label, effective);
        if (field is null)
        {
            if (effective != share)
                SubLine(text, "share", share);
            return;
        }

        SubLine(text, "share", share);
        string recorded = FormatValue(field);
        if (recorded != effective)
            SubLine(text, "record", recorded);
        SubLine(text, "why", ReasonText.Explain(field.Reason, field.Errno));
        if (!field.Valid)
            SubLine(text, "void", field.Why ?? "the record does not count any more");
    }

    private static string FormatValue(ControlField field) => field.Name switch
    {
        "uid" => FieldText.User((uint)field.Value),
        "gid" => FieldText.Group((uint)field.Value),
        "mode" => Mode((uint)field.Value),
        _ => FieldText.Time(field.Value),
    };

    private static string Type(string word) => word switch
    {
        "file" => "regular file",
        "char" => "character device",
        "block" => "block device",
        _ => word,
    };

    private static string Mode(uint mode) => $"{FieldText.Permissions(mode)} ({FieldText.Octal(mode)})";

    private static string Record(ControlShow show, long now)
    {
        if (!show.HasRecord)
            return "none: all is as the share has it";
        string age = show.SetAtNs is { } setAt ? $"set {AgeText.Describe(setAt, now)}" : "set at an unknown time";
        return show.GuardKind is { } guard ? $"{age}, guarded by {guard}" : age;
    }

    private static string Count(ulong count, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");

    private static void Line(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"  {label,-8}{value}\n");

    private static void SubLine(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"          {label,-8}{value}\n");
}
