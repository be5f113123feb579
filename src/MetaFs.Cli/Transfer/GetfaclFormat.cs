// As getfacl(1) prints and setfacl --restore takes it.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Owner, group and mode as comments and entries, and ACLs. No types, no times.</summary>
internal sealed class GetfaclFormat : IEntryFormat
{
    private const string Default = "default:";

    public string Word => "getfacl";

    public string Description => "as getfacl(1) prints and setfacl --restore reads: owner, group, mode, ACLs";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (Entry entry in entries)
        {
            if (entry.Type == FileMode.S_IFLNK)
                left(entry, "a symbolic link has no ACL");
            else
                Write(entry, text);
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        Draft? draft = null;
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            string text = TextLines.Text(line).TrimEnd('\r');
            if (Value(text, "# file: ") is { } file)
            {
                if (draft is not null)
                    yield return draft.Entry;
                byte[] path = TextLines.RelativePath(TextLines.Unescape(file), number);
                draft = new Draft(path, number);
            }
            else if (text.Trim().Length > 0)
            {
                (draft ?? throw new EntryFormatException(number, "an entry before the first '# file:'"))
                    .Add(text, number);
            }
        }

        if (draft is not null)
            yield return draft.Entry;
    }

    private static void Write(Entry entry, StreamWriter text)
    {
        uint mode = entry.Mode ?? 0;
        text.WriteLine($"# file: {(entry.Path.Length == 0 ? "." : TextLines.Escape(entry.Path, ""))}");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# owner: {entry.Uid}"));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# group: {entry.Gid}"));
        string flags = string.Concat(
            Flag(mode, FileMode.S_ISUID, 's'), Flag(mode, FileMode.S_ISGID, 's'), Flag(mode, FileMode.S_ISVTX, 't'));
        if (flags != "---")
            text.WriteLine($"# flags: {flags}");
        List<string> acl = EntriesOf(entry, EntryXattr.AccessAcl);
        foreach (string line in acl.Count > 0 ? acl : [.. AclText.OfMode(mode)])
            text.WriteLine(line);
        foreach (string line in EntriesOf(entry, EntryXattr.DefaultAcl))
            text.WriteLine(Default + line);
        text.WriteLine();
    }

    private static List<string> EntriesOf(Entry entry, string name)
    {
        EntryXattr xattr = entry.Xattrs.FirstOrDefault(xattr => xattr.Name == name);
        return xattr.Value is null ? [] : AclText.Entries(xattr.Value);
    }

    private static string? Value(string text, string before) =>
        text.StartsWith(before, StringComparison.Ordinal) ? text[before.Length..] : null;

    private static char Flag(uint mode, uint bit, char letter) => (mode & bit) != 0 ? letter : '-';

    // What was read of one file so far.
    private sealed class Draft(byte[] path, long line)
    {
        private readonly List<string> _access = [];
        private readonly List<string> _default = [];
        private Entry _entry = new() { Path = path, Line = line };
        private uint _flags;

        public Entry Entry => _entry with
        {
            Mode = _access.Count > 0 ? AclText.Mode(_access, line) | _flags : null,
            Xattrs = [.. Xattrs()],
        };

        public void Add(string text, long number)
        {
            if (Value(text, "# owner: ") is { } owner)
                _entry = _entry with { Uid = Id(owner, UserNames.TryParseUser, number) };
            else if (Value(text, "# group: ") is { } group)
                _entry = _entry with { Gid = Id(group, UserNames.TryParseGroup, number) };
            else if (Value(text, "# flags: ") is { } flags)
                _flags = Flags(flags, number);
            else if (!text.StartsWith('#'))
                AddEntry(text, number);
        }

        private void AddEntry(string text, long number)
        {
            string? ofDefault = Value(text, Default);
            _ = AclText.Acl([ofDefault ?? text], number);
            (ofDefault is null ? _access : _default).Add(ofDefault ?? text);
        }

        // Three entries say no more than a mode.
        private IEnumerable<EntryXattr> Xattrs()
        {
            if (_access.Count > 3)
                yield return new EntryXattr(EntryXattr.AccessAcl, AclText.Acl(_access, line));
            if (_default.Count > 0)
                yield return new EntryXattr(EntryXattr.DefaultAcl, AclText.Acl(_default, line));
        }

        private delegate bool TryParseName(string text, out uint id);

        private static uint Id(string text, TryParseName parse, long number) =>
            parse(text, out uint id) ? id : throw AclText.NoSuch(text, number);

        private static uint Flags(string text, long number)
        {
            if (text.Length != 3)
                throw new EntryFormatException(number, "flags are three letters");
            return (text[0] == 's' ? FileMode.S_ISUID : 0) | (text[1] == 's' ? FileMode.S_ISGID : 0)
                | (text[2] == 't' ? FileMode.S_ISVTX : 0);
        }
    }
}
