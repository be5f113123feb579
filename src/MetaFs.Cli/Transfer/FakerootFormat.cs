// fakeroot's save file (fakeroot -s and -i): files by inode number.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>A line an inode: dev and rdev in hexadecimal, mode in octal, the rest in decimal. No names, no times.</summary>
internal sealed class FakerootFormat : IEntryFormat
{
    public string Word => "fakeroot";

    public string Description => "fakeroot's save file: type, mode, owner, group, device numbers; files by inode number";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        HashSet<ulong> written = [];
        foreach (Entry entry in entries)
        {
            if (!written.Add(entry.Ino ?? 0))
                continue;
            ulong rdev = entry.Device is { } device ? DeviceNumber.Make(device.Major, device.Minor) : 0;
            string mode = Convert.ToString((entry.Type ?? FileMode.S_IFREG) | (entry.Mode ?? 0), 8);

            // Which device the share is, is another number after each mount: fakeroot takes it from its own stat(2).
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"dev=0,ino={entry.Ino},mode={mode},uid={entry.Uid},gid={entry.Gid},nlink={entry.Links ?? 1},rdev={rdev:x}"));
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        Dictionary<ulong, Entry> read = [];
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            if (line.Length == 0)
                continue;
            Dictionary<string, string> values = [];
            foreach (string part in TextLines.Text(line).Split(','))
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0)
                    throw new EntryFormatException(number, $"'{ByteText.ForDisplay(part)}' is not KEY=VALUE");
                values[part[..equals]] = part[(equals + 1)..];
            }

            // Two saves in one file have many inodes twice.
            Entry entry = EntryOf(values, number);
            if (read.TryAdd(entry.Ino!.Value, entry))
                yield return entry;
            else if (!IsAlike(entry, read[entry.Ino.Value]))
                throw new EntryFormatException(number, string.Create(
                    CultureInfo.InvariantCulture, $"of inode {entry.Ino} another line says something else"));
        }
    }

    private static bool IsAlike(Entry one, Entry other) =>
        (one.Type, one.Mode, one.Uid, one.Gid, one.Device)
            == (other.Type, other.Mode, other.Uid, other.Gid, other.Device);

    private static Entry EntryOf(Dictionary<string, string> values, long number)
    {
        string Value(string key) => values.GetValueOrDefault(key)
            ?? throw new EntryFormatException(number, $"there is no {key}=");
        if (!ulong.TryParse(Value("ino"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong ino))
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(Value("ino"))}' is no inode number");
        if (!ulong.TryParse(Value("rdev"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong rdev))
            throw new EntryFormatException(number, $"'{ByteText.ForDisplay(Value("rdev"))}' is no device number");
        uint mode = TextLines.Octal(Value("mode"), number, "mode");
        return new Entry
        {
            Path = [],
            Ino = ino,
            Type = FileMode.TypeOf(mode) == 0 ? null : FileMode.TypeOf(mode),
            Mode = FileMode.PermissionsOf(mode),
            Uid = TextLines.Number(Value("uid"), number, "user number"),
            Gid = TextLines.Number(Value("gid"), number, "group number"),
            Device = FileMode.IsDevice(mode) ? (DeviceNumber.Major(rdev), DeviceNumber.Minor(rdev)) : null,
            Line = number,
        };
    }
}
