using System.Globalization;
using System.Text;
using MetaFs.Cli.Terminals;
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
    /// <param name="ink">Colours.</param>
    public static string Format(ReadOnlySpan<byte> path, ControlShow show, long now, Ink ink = default)
    {
        var text = new StringBuilder();
        ControlAttributes effective = show.Effective;
        ControlAttributes share = show.Share;
        text.Append(ink.Bold(ByteText.ForDisplay(path))).Append('\n');
        Line(text, "type", string.Join(
            ", ", Type(effective.Type), Count(effective.Size, "byte"), Count(effective.Nlink, "link"),
            "inode " + effective.Ino.ToString(CultureInfo.InvariantCulture)));
        if (share.Type != effective.Type)
            SubLine(text, "share", $"{Type(share.Type)}, {Count(share.Size, "byte")}, which stands for it");
        Value("uid", "owner", FieldText.User(effective.Uid), FieldText.User(share.Uid));
        Value("gid", "group", FieldText.Group(effective.Gid), FieldText.Group(share.Gid));
        Value("mode", "mode", Mode(effective.Mode), Mode(share.Mode));
        Value("atime", "atime", FieldText.Time(effective.AtimeNs), FieldText.Time(share.AtimeNs));
        Value("mtime", "mtime", FieldText.Time(effective.MtimeNs), FieldText.Time(share.MtimeNs));
        Value("ctime", "ctime", FieldText.Time(effective.CtimeNs), FieldText.Time(share.CtimeNs));
        if (effective.BtimeNs is { } birth)
            Line(text, "birth", FieldText.Time(birth));
        Line(text, "record", Record(show, now));
        if (show.GuardKind is { } guard)
            Line(text, "guard", Guard(guard, show.GuardHolds, ink));
        if (show.Witness is { } witness)
            Line(text, "witness", Witness(witness, now, ink));
        if (show.XattrCount > 0)
            Xattrs(text, show);
        return text.ToString();

        void Value(string name, string label, string ours, string theirs) =>
            ShowText.Value(text, show.Fields.FirstOrDefault(f => f.Name == name), label, ours, theirs, now, ink);
    }

    private static void Value(
        StringBuilder text, ControlField? field, string label, string effective, string share, long now, Ink ink)
    {
        Line(text, label, field is { Valid: true } ? ink.Good(effective) : effective);
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
        if (field.SetAtNs is not null)
            SubLine(text, "set", OriginText.Describe(field.SetAtNs, field.SetBy, now));
        if (!field.Valid)
            SubLine(text, "void", ink.Bad(field.Why ?? "the record does not count any more"));
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
        return "last changed " + OriginText.Describe(show.SetAtNs, show.SetBy, now);
    }

    private static string Guard(string kind, bool? holds, Ink ink)
    {
        string what = kind switch
        {
            "birth time" => "the file's creation time",
            "file handle" => "the server's handle of the file",
            _ => "the file's type alone; the share has nothing better",
        };
        return holds == false ? $"{what}: {ink.Bad("another file has the inode number now")}" : $"{what}: holds";
    }

    private static string Witness(ControlWitness witness, long now, Ink ink)
    {
        string state = witness.State switch
        {
            "void" => ink.Bad("the data changed, recorded times are void"),
            "late stamp" => ink.Notable("the share has only stamped late, times hold"),
            _ => "the data has not changed since, times hold",
        };
        return $"taken {AgeText.Describe(witness.TakenAtNs, now)}: {state}";
    }

    private static void Xattrs(StringBuilder text, ControlShow show)
    {
        Line(text, "xattrs", $"{show.XattrCount.ToString(CultureInfo.InvariantCulture)} in the overlay");
        foreach (ControlXattr xattr in show.Xattrs)
        {
            string name = ByteText.ForDisplay(Encoding.UTF8.GetBytes(xattr.Name));
            SubLine(text, xattr.Hidden ? "removed" : "set", xattr.Hidden ? name : $"{name}, {Count((ulong)xattr.Size, "byte")}");
        }

        if (show.Xattrs.Count < show.XattrCount)
            SubLine(text, "more", "metafs list --json has all");
    }

    private static string Count(ulong count, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");

    private static void Line(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"  {label,-8}{value}\n");

    private static void SubLine(StringBuilder text, string label, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"          {label,-8}{value}\n");
}
