// What rsync --fake-super keeps in extended attributes, as getfattr --dump prints and setfattr --restore takes it.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>
/// user.rsync.%stat: octal mode with type, device numbers, owner and group. Other attributes as they are, those of
/// other name spaces than user.* below user.rsync. No times. ACLs (<see cref="RsyncAcl"/>) are read, not written.
/// </summary>
internal sealed class RsyncStatFormat : IEntryFormat
{
    private const string Prefix = "user.rsync.";
    private const string Attribute = Prefix + "%stat";
    private const string AccessAcl = Prefix + "%aacl";
    private const string DefaultAcl = Prefix + "%dacl";

    public string Word => "rsync";

    public string Description =>
        "rsync --fake-super's user.rsync.%stat as a dump for setfattr --restore: type, mode, owner, group, attributes";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (Entry entry in entries)
        {
            (uint major, uint minor) = entry.Device ?? (0, 0);
            text.WriteLine($"# file: {(entry.Path.Length == 0 ? "." : TextLines.Escape(entry.Path, ""))}");
            text.Write(Attribute);
            text.Write($"=\"{Convert.ToString((entry.Type ?? FileMode.S_IFREG) | (entry.Mode ?? 0), 8)}");
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $" {major},{minor} {entry.Uid}:{entry.Gid}\""));
            foreach ((string name, byte[] value) in entry.Xattrs)
            {
                string below = name.StartsWith("user.", StringComparison.Ordinal) ? name : Prefix + name;
                string escaped = TextLines.Escape(TextLines.Bytes(below), "=");
                if (!IsAcl(name))
                    text.WriteLine($"{escaped}=0s{Convert.ToBase64String(value)}");
            }

            if (entry.Xattrs.Any(static xattr => IsAcl(xattr.Name)))
                left(entry, "its ACL (all else is there)");
            text.WriteLine();
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        Entry? entry = null;
        List<EntryXattr> xattrs = [];
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            string text = TextLines.Text(line);
            if (text.StartsWith("# file: ", StringComparison.Ordinal))
            {
                if (entry is not null)
                    yield return Whole(entry, xattrs);
                byte[] path = TextLines.RelativePath(TextLines.Unescape(text[8..]), number);
                entry = new Entry { Path = path, Line = number };
                xattrs = [];
            }
            else if (text.Length > 0 && !text.StartsWith('#'))
            {
                entry = Add(
                    entry ?? throw new EntryFormatException(number, "an attribute before the first '# file:'"),
                    xattrs, text, number);
            }
        }

        if (entry is not null)
            yield return Whole(entry, xattrs);
    }

    // The access ACL is not whole without the mode, which may be on a later line.
    private static Entry Whole(Entry entry, List<EntryXattr> xattrs)
    {
        int at = xattrs.FindIndex(static xattr => xattr.Name == AccessAcl);
        if (at < 0)
            return entry with { Xattrs = xattrs };
        byte[] acl = xattrs[at].Value;
        xattrs.RemoveAt(at);
        if (entry.Mode is not { } mode)
            return entry with { Xattrs = xattrs, LeftOut = $"its ACL: without {Attribute} it is not whole" };
        xattrs.Add(new EntryXattr(EntryXattr.AccessAcl, RsyncAcl.Acl(acl, mode, entry.Line)));
        return entry with { Xattrs = xattrs };
    }

    private static bool IsAcl(string name) => name is EntryXattr.AccessAcl or EntryXattr.DefaultAcl;

    private static Entry Add(Entry entry, List<EntryXattr> xattrs, string text, long number)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no attribute");
        string name = TextLines.Text(
            TextLines.WithoutNul(TextLines.Unescape(text[..equals]), number, "an attribute's name"));
        byte[] value = ValueOf(text[(equals + 1)..], number);
        if (name == Attribute)
            return With(entry, TextLines.Text(value), number);
        if (name == DefaultAcl)
        {
            xattrs.Add(new EntryXattr(EntryXattr.DefaultAcl, RsyncAcl.Acl(value, null, number)));
            return entry;
        }

        if (name == AccessAcl)
        {
            _ = RsyncAcl.Acl(value, 0, number);
            xattrs.Add(new EntryXattr(name, value));
            return entry;
        }

        if (name.StartsWith(Prefix, StringComparison.Ordinal))
            name = name[Prefix.Length..];
        if (EntryXattr.IsCarried(name))
            xattrs.Add(new EntryXattr(name, value));
        return entry;
    }

    // As getfattr encodes: "text" with octal escapes, 0xHEX, 0sBASE64.
    private static byte[] ValueOf(string text, long number)
    {
        try
        {
            return text switch
            {
                ['"', .. string inner, '"'] => TextLines.Unescape(inner),
                ['0', 'x' or 'X', .. string hex] => Convert.FromHexString(hex),
                ['0', 's' or 'S', .. string base64] => Convert.FromBase64String(base64),
                _ => TextLines.Bytes(text),
            };
        }
        catch (FormatException e)
        {
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no value: {e.Message}");
        }
    }

    private static Entry With(Entry entry, string value, long number)
    {
        string[] words = value.Split(' ');
        string[] device = words.Length == 3 ? words[1].Split(',') : [];
        string[] owner = words.Length == 3 ? words[2].Split(':') : [];
        if (device.Length != 2 || owner.Length != 2)
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(value)}' is not MODE MAJOR,MINOR UID:GID");
        uint mode = TextLines.Octal(words[0], number, "mode");
        bool isDevice = FileMode.IsDevice(mode);
        uint Number(string text) => TextLines.Number(text, number, "device number");
        return entry with
        {
            Type = FileMode.TypeOf(mode) == 0 ? null : FileMode.TypeOf(mode),
            Mode = FileMode.PermissionsOf(mode),
            Uid = TextLines.Number(owner[0], number, "user number"),
            Gid = TextLines.Number(owner[1], number, "group number"),
            Device = isDevice ? (Number(device[0]), Number(device[1])) : null,
        };
    }
}
