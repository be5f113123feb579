// As getfacl(1) prints and setfacl --restore takes it.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Owner, group and mode as comments and the three base entries. No types, no times.</summary>
internal sealed class GetfaclFormat : IEntryFormat
{
    public string Word => "getfacl";

    public string Description => "as getfacl(1) prints and setfacl --restore reads: owner, group, mode";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (Entry entry in entries)
        {
            if (entry.Type == FileMode.S_IFLNK)
            {
                left(entry, "a symbolic link has no ACL");
                continue;
            }

            uint mode = entry.Mode ?? 0;
            text.WriteLine($"# file: {(entry.Path.Length == 0 ? "." : TextLines.Escape(entry.Path, ""))}");
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# owner: {entry.Uid}"));
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# group: {entry.Gid}"));
            string flags = string.Concat(
                Flag(mode, FileMode.S_ISUID, 's'), Flag(mode, FileMode.S_ISGID, 's'), Flag(mode, FileMode.S_ISVTX, 't'));
            if (flags != "---")
                text.WriteLine($"# flags: {flags}");
            text.WriteLine($"user::{Access(mode >> 6)}");
            text.WriteLine($"group::{Access(mode >> 3)}");
            text.WriteLine($"other::{Access(mode)}");
            text.WriteLine();
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        Entry? entry = null;
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            string text = TextLines.Text(line).TrimEnd('\r');
            if (Value(text, "# file: ") is { } file)
            {
                if (entry is not null)
                    yield return entry;
                byte[] path = TextLines.RelativePath(TextLines.Unescape(file), number);
                entry = new Entry { Path = path, Line = number };
            }
            else if (text.Trim().Length > 0)
            {
                entry = entry is null
                    ? throw new EntryFormatException(number, "an entry before the first '# file:'")
                    : With(entry, text, number);
            }
        }

        if (entry is not null)
            yield return entry;
    }

    private static Entry With(Entry entry, string text, long number)
    {
        if (Value(text, "# owner: ") is { } owner)
            return entry with { Uid = Id(owner, UserNames.TryParseUser, number) };
        if (Value(text, "# group: ") is { } group)
            return entry with { Gid = Id(group, UserNames.TryParseGroup, number) };
        if (Value(text, "# flags: ") is { } flags)
            return entry with { Mode = (entry.Mode ?? 0) | Flags(flags, number) };
        if (text.StartsWith('#'))
            return entry;
        if (Value(text, "user::") is { } user)
            return entry with { Mode = (entry.Mode ?? 0) | (Bits(user, number) << 6) };

        // The mask, where there is one, is what the mode's group bits show.
        if (Value(text, "mask::") is { } mask)
            return entry with { Mode = ((entry.Mode ?? 0) & ~FileMode.S_IRWXG) | (Bits(mask, number) << 3) };
        if (Value(text, "group::") is { } bits)
            return entry with { Mode = (entry.Mode ?? 0) | (Bits(bits, number) << 3) };
        if (Value(text, "other::") is { } other)
            return entry with { Mode = (entry.Mode ?? 0) | Bits(other, number) };
        if (text.StartsWith("user:", StringComparison.Ordinal) || text.StartsWith("group:", StringComparison.Ordinal)
            || text.StartsWith("default:", StringComparison.Ordinal))
            return entry;
        throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no ACL entry");
    }

    private static string? Value(string text, string before) =>
        text.StartsWith(before, StringComparison.Ordinal) ? text[before.Length..] : null;

    private delegate bool TryParseName(string text, out uint id);

    private static uint Id(string text, TryParseName parse, long number) => parse(text, out uint id)
        ? id
        : throw new EntryFormatException(number, $"there is no user or group '{ByteText.ForDisplay(text)}' here");

    private static char Flag(uint mode, uint bit, char letter) => (mode & bit) != 0 ? letter : '-';

    private static string Access(uint bits) =>
        $"{((bits & 4) != 0 ? 'r' : '-')}{((bits & 2) != 0 ? 'w' : '-')}{((bits & 1) != 0 ? 'x' : '-')}";

    private static uint Flags(string text, long number)
    {
        if (text.Length != 3)
            throw new EntryFormatException(number, "flags are three letters");
        return (text[0] == 's' ? FileMode.S_ISUID : 0) | (text[1] == 's' ? FileMode.S_ISGID : 0)
            | (text[2] == 't' ? FileMode.S_ISVTX : 0);
    }

    // A comment with the effective rights may follow.
    private static uint Bits(string text, long number)
    {
        if (text.Length < 3 || text[..3].Any(static c => c is not ('r' or 'w' or 'x' or '-')))
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no permission such as r-x");
        return (text[0] == 'r' ? 4u : 0) | (text[1] == 'w' ? 2u : 0) | (text[2] == 'x' ? 1u : 0);
    }
}
