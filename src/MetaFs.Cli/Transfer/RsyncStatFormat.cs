// What rsync --fake-super keeps in an extended attribute, as getfattr --dump prints and setfattr --restore takes it.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>user.rsync.%stat: octal mode with type, device numbers, owner and group. No times.</summary>
internal sealed class RsyncStatFormat : IEntryFormat
{
    private const string Attribute = "user.rsync.%stat=\"";

    public string Word => "rsync";

    public string Description => "rsync --fake-super's user.rsync.%stat as a dump for setfattr --restore: type, mode, owner, group";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        foreach (Entry entry in entries)
        {
            (uint major, uint minor) = entry.Device ?? (0, 0);
            text.WriteLine($"# file: {(entry.Path.Length == 0 ? "." : TextLines.Escape(entry.Path, ""))}");
            text.Write(Attribute);
            text.Write(Convert.ToString((entry.Type ?? FileMode.S_IFREG) | (entry.Mode ?? 0), 8));
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $" {major},{minor} {entry.Uid}:{entry.Gid}\""));
            text.WriteLine();
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        byte[]? path = null;
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            string text = TextLines.Text(line);
            if (text.StartsWith("# file: ", StringComparison.Ordinal))
                path = TextLines.RelativePath(TextLines.Unescape(text[8..]), number);
            else if (text.StartsWith(Attribute, StringComparison.Ordinal) && text.EndsWith('"'))
                yield return path is null
                    ? throw new EntryFormatException(number, "an attribute before the first '# file:'")
                    : EntryOf(path, text[Attribute.Length..^1], number);
            else if (text.Length > 0 && !text.Contains('=', StringComparison.Ordinal) && !text.StartsWith('#'))
                throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no attribute");
        }
    }

    private static Entry EntryOf(byte[] path, string value, long number)
    {
        string[] words = value.Split(' ');
        string[] device = words.Length == 3 ? words[1].Split(',') : [];
        string[] owner = words.Length == 3 ? words[2].Split(':') : [];
        if (device.Length != 2 || owner.Length != 2)
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(value)}' is not MODE MAJOR,MINOR UID:GID");
        uint mode = TextLines.Octal(words[0], number, "mode");
        bool isDevice = FileMode.IsDevice(mode);
        return new Entry
        {
            Path = path,
            Type = FileMode.TypeOf(mode) == 0 ? null : FileMode.TypeOf(mode),
            Mode = FileMode.PermissionsOf(mode),
            Uid = TextLines.Number(owner[0], number, "user number"),
            Gid = TextLines.Number(owner[1], number, "group number"),
            Device = isDevice
                ? (TextLines.Number(device[0], number, "device number"), TextLines.Number(device[1], number, "device number"))
                : null,
            Line = number,
        };
    }
}
