using System.Globalization;
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs list</c> prints for people: lines as from ls(1), dots where nothing is recorded.</summary>
internal static class ListText
{
    /// <summary>Writes all rows, as they come.</summary>
    public static void Write(IEnumerable<OverlayRow> rows, TextWriter output)
    {
        using var text = new TextChunks(output);
        var names = new NameCache();
        foreach (OverlayRow row in rows)
            text.Append(Line(row, names));
    }

    private static string Line(OverlayRow row, NameCache names)
    {
        InodeRecord record = row.Record;
        char type = FieldText.TypeLetter(record.Guard.FileType);
        string mode = record.Mode is { } m ? FieldText.Permissions(m.Value) : ".........";
        string owner = record.Uid is { } uid ? names.User(uid.Value) : ".";
        string group = record.Gid is { } gid ? names.Group(gid.Value) : ".";
        string mtime = record.Mtime is { } time ? FieldText.ShortTime(time.Nanoseconds) : ".";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{type}{mode} {owner + ":" + group,-16} {mtime,-16} {Reasons(record),-15} {PathOf(row)}\n");
    }

    private static string PathOf(OverlayRow row) => row.Path is { } path
        ? ByteText.ForDisplay(path)
        : string.Create(CultureInfo.InvariantCulture, $"(inode {row.Key.Ino} of volume {row.Key.Volume})");

    // Each reason once, in the order of the columns.
    private static string Reasons(InodeRecord record)
    {
        Reason?[] all =
        [
            record.Mode?.Reason, record.Uid?.Reason, record.Gid?.Reason, record.Mtime?.Reason, record.Atime?.Reason,
        ];
        IEnumerable<string> words = all.Where(static r => r is not null).Select(static r => Word(r!.Value)).Distinct();
        words = record.Object is null ? words : words.Prepend(ReasonText.Placeholder);
        return string.Join(',', record.Xattrs == XattrKinds.None ? words : words.Append(ReasonText.Xattrs));
    }

    private static string Word(Reason reason) =>
        ReasonText.Word(ReasonText.NameOf(reason.Kind), ReasonText.ErrnoOf(reason));

    /// <summary>A list names few users and many files; what is behind getpwuid(3) may be a network away.</summary>
    private sealed class NameCache
    {
        private readonly Dictionary<uint, string> _users = [];
        private readonly Dictionary<uint, string> _groups = [];

        public string User(uint uid) => Look(_users, uid, UserNames.OfUser);

        public string Group(uint gid) => Look(_groups, gid, UserNames.OfGroup);

        private static string Look(Dictionary<uint, string> known, uint id, Func<uint, string?> find)
        {
            if (!known.TryGetValue(id, out string? name))
                known[id] = name = find(id) ?? id.ToString(CultureInfo.InvariantCulture);
            return name;
        }
    }
}
