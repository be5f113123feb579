// A pax archive of names without data, and the names of any tar archive.
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Metadata in a tar archive. Regular files have no data in it: it is not for unpacking.</summary>
internal sealed class TarFormat : IEntryFormat
{
    // .NET's writer makes the keyword "mtime" itself, in steps of 100 ns; others skip what they do not know (pax(1)).
    private const string ExactMtime = "METAFS.mtime";

    public string Word => "tar";

    public string Description => "a pax archive without data: type, mode, owner, group, times, link targets, devices";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var archive = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (Entry entry in entries)
        {
            if (TypeOf(entry.Type) is not { } type)
                left(entry, "tar has no sockets");
            else if (!ByteText.IsUtf8(entry.Path) || (entry.Target is { } target && !ByteText.IsUtf8(target)))
                left(entry, "its name is no UTF-8, which pax headers are");
            else if (entry.Uid > int.MaxValue || entry.Gid > int.MaxValue)
                left(entry, "its owner's or group's number is beyond 2^31, which the writer cannot carry");
            else
                archive.WriteEntry(EntryOf(entry, type));
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        using var archive = new TarReader(input, leaveOpen: true);
        long number = 0;
        while (true)
        {
            TarEntry? entry;
            try
            {
                entry = archive.GetNextEntry();
                number++;
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
            {
                throw new EntryFormatException(number + 1, $"no tar archive from here on: {e.Message}");
            }

            if (entry is null)
                yield break;

            // A hard link's metadata is that of the name that it leads to.
            if (entry.EntryType is not (TarEntryType.HardLink or TarEntryType.GlobalExtendedAttributes))
                yield return EntryOf(entry, number);
        }
    }

    private static PaxTarEntry EntryOf(Entry entry, TarEntryType type)
    {
        Dictionary<string, string> pax = [];
        if (entry.Mtime is { } mtime)
            pax[ExactMtime] = Seconds(mtime);
        if (entry.Atime is { } atime)
            pax["atime"] = Seconds(atime);
        string path = entry.Path.Length == 0 ? "./" : "./" + Encoding.UTF8.GetString(entry.Path);
        if (type == TarEntryType.Directory && !path.EndsWith('/'))
            path += "/";
        var header = new PaxTarEntry(type, path, pax)
        {
            Mode = (UnixFileMode)(entry.Mode ?? 0),
            Uid = (int)(entry.Uid ?? 0),
            Gid = (int)(entry.Gid ?? 0),
        };
        if (entry.Mtime is { } time)
            header.ModificationTime = DateTimeOffset.UnixEpoch.AddTicks(FloorTicks(time));
        if (entry.Target is { } target)
            header.LinkName = Encoding.UTF8.GetString(target);
        if (entry.Device is { } device)
            (header.DeviceMajor, header.DeviceMinor) = ((int)device.Major, (int)device.Minor);
        return header;
    }

    private static Entry EntryOf(TarEntry entry, long number)
    {
        uint? type = entry.EntryType switch
        {
            TarEntryType.Directory => FileMode.S_IFDIR,
            TarEntryType.SymbolicLink => FileMode.S_IFLNK,
            TarEntryType.Fifo => FileMode.S_IFIFO,
            TarEntryType.CharacterDevice => FileMode.S_IFCHR,
            TarEntryType.BlockDevice => FileMode.S_IFBLK,
            _ => FileMode.S_IFREG,
        };
        var posix = entry as PosixTarEntry;
        return new Entry
        {
            Path = TextLines.RelativePath(Encoding.UTF8.GetBytes(entry.Name), number),
            Type = type,
            Mode = (uint)entry.Mode & FileMode.PermissionMask,
            Uid = (uint)entry.Uid,
            Gid = (uint)entry.Gid,
            Mtime = PaxTime(entry, ExactMtime) ?? PaxTime(entry, "mtime")
                ?? new Timespec(entry.ModificationTime.ToUnixTimeSeconds(), 0).ToNanoseconds(),
            Atime = PaxTime(entry, "atime"),
            Target = type == FileMode.S_IFLNK ? Encoding.UTF8.GetBytes(entry.LinkName) : null,
            Device = posix is not null && type is { } kind && FileMode.IsDevice(kind)
                ? ((uint)posix.DeviceMajor, (uint)posix.DeviceMinor)
                : null,
            Line = number,
        };
    }

    // Towards the past, as everybody rounds times.
    private static long FloorTicks(long ns) => (ns / 100) - (ns % 100 < 0 ? 1 : 0);

    private static string Seconds(long ns) => (ns / 1_000_000_000m).ToString("0.000000000", CultureInfo.InvariantCulture);

    // .NET's own times have steps of 100 ns.
    private static long? PaxTime(TarEntry entry, string keyword)
    {
        if (entry is not PaxTarEntry pax || !pax.ExtendedAttributes.TryGetValue(keyword, out string? text))
            return null;
        return decimal.TryParse(
                text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out decimal seconds)
            && Math.Abs(seconds) < long.MaxValue / 1_000_000_000
            ? (long)(seconds * 1_000_000_000)
            : null;
    }

    private static TarEntryType? TypeOf(uint? type) => type switch
    {
        FileMode.S_IFREG => TarEntryType.RegularFile,
        FileMode.S_IFDIR => TarEntryType.Directory,
        FileMode.S_IFLNK => TarEntryType.SymbolicLink,
        FileMode.S_IFIFO => TarEntryType.Fifo,
        FileMode.S_IFCHR => TarEntryType.CharacterDevice,
        FileMode.S_IFBLK => TarEntryType.BlockDevice,
        _ => null,
    };
}
