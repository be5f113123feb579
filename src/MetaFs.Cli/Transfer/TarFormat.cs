// A pax archive of names without data, and the names of any tar archive.
using System.Globalization;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Metadata in a tar archive. Regular files have no data in it: it is not for unpacking.</summary>
/// <remarks>
/// Not System.Formats.Tar: it has no names that are not UTF-8, no owners beyond 2^31, no times below 100 ns and no
/// attributes with bytes in them.
/// </remarks>
internal sealed class TarFormat : IEntryFormat
{
    // GNU tar's, star's and bsdtar's keywords.
    private const string XattrPrefix = "SCHILY.xattr.";
    private const string AccessAcl = "SCHILY.acl.access";
    private const string DefaultAcl = "SCHILY.acl.default";

    private static readonly (uint Type, char Flag)[] s_types =
    [
        (FileMode.S_IFREG, '0'), (FileMode.S_IFLNK, '2'), (FileMode.S_IFCHR, '3'), (FileMode.S_IFBLK, '4'),
        (FileMode.S_IFDIR, '5'), (FileMode.S_IFIFO, '6'),
    ];

    public string Word => "tar";

    public string Description =>
        "a pax archive without data: type, mode, owner, group, times, link targets, devices, attributes, ACLs";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        foreach (Entry entry in entries)
        {
            if (Array.Find(s_types, known => known.Type == entry.Type).Flag is var flag and not '\0')
                Write(entry, flag, output);
            else
                left(entry, "tar has no sockets");
        }

        output.Write(new byte[2 * TarHeader.BlockSize]);
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        var reader = new TarReader(input);
        Dictionary<string, Entry> files = [];
        while (reader.Next(out TarHeader? header, out PaxRecords records))
        {
            Entry entry = header.Type == '1'
                ? LinkOf(header, records, reader.Number, files)
                : EntryOf(header, records, reader.Number);
            if (entry.Type is not (null or FileMode.S_IFDIR))
                files[TextLines.Text(entry.Path)] = entry;
            yield return entry;
        }
    }

    private static void Write(Entry entry, char flag, Stream output)
    {
        byte[] name = [.. "./"u8, .. entry.Path];
        if (flag == '5' && entry.Path.Length > 0)
            name = [.. name, (byte)'/'];
        PaxRecords records = RecordsOf(entry, name);
        byte[] extension = records.ToBytes();
        var before = new TarHeader { Type = 'x', Name = "./PaxHeaders/x"u8.ToArray(), Size = extension.Length };
        output.Write(before.ToBlock());
        output.Write(extension);
        output.Write(new byte[(-extension.Length) & (TarHeader.BlockSize - 1)]);
        output.Write(new TarHeader
        {
            Type = flag,
            Name = name,
            LinkName = entry.Target ?? [],
            Mode = entry.Mode ?? 0,
            Uid = entry.Uid ?? 0,
            Gid = entry.Gid ?? 0,
            Mtime = Timespec.FromNanoseconds(entry.Mtime ?? 0).Sec,
            Major = entry.Device?.Major ?? 0,
            Minor = entry.Device?.Minor ?? 0,
        }.ToBlock());
    }

    private static PaxRecords RecordsOf(Entry entry, byte[] name)
    {
        var records = new PaxRecords();
        if (!ByteText.IsUtf8(name) || !ByteText.IsUtf8(entry.Target))
            records.Add("hdrcharset", "BINARY");
        records.Add("path", name);
        if (entry.Target is { } target)
            records.Add("linkpath", target);
        if (entry.Uid is { } uid and > TarHeader.LargestOctal)
            records.Add("uid", uid.ToString(CultureInfo.InvariantCulture));
        if (entry.Gid is { } gid and > TarHeader.LargestOctal)
            records.Add("gid", gid.ToString(CultureInfo.InvariantCulture));
        if (entry.Mtime is { } mtime)
            records.Add("mtime", Seconds(mtime));
        if (entry.Atime is { } atime)
            records.Add("atime", Seconds(atime));
        foreach ((string xattr, byte[] value) in entry.Xattrs)
        {
            if (xattr is EntryXattr.AccessAcl or EntryXattr.DefaultAcl)
            {
                records.Add(
                    xattr == EntryXattr.AccessAcl ? AccessAcl : DefaultAcl, string.Join(',', AclText.Entries(value)));
            }
            else
            {
                records.Add(XattrPrefix + Keyword(xattr), value);
            }
        }

        return records;
    }

    // A hard link's metadata is that of the name that it leads to; on the share it may be a file of its own.
    private static Entry LinkOf(
        TarHeader header, PaxRecords records, long number, Dictionary<string, Entry> files)
    {
        byte[] path = TextLines.RelativePath(records.Find("path") ?? header.Name, number);
        byte[] target = TextLines.RelativePath(records.Find("linkpath") ?? header.LinkName, number);
        return files.TryGetValue(TextLines.Text(target), out Entry? file)
            ? file with { Path = path, Line = number }
            : new Entry
            {
                Path = path,
                Line = number,
                LeftOut = $"it is a hard link to {ByteText.ForDisplay(target)}, which is not before it in the archive",
            };
    }

    private static Entry EntryOf(TarHeader header, PaxRecords records, long number)
    {
        uint type = Array.Find(s_types, known => known.Flag == header.Type).Type is var known and not 0
            ? known
            : header.Type == 'D' ? FileMode.S_IFDIR : FileMode.S_IFREG;
        string? Text(string keyword) => records.Find(keyword) is { } value ? TextLines.Text(value) : null;
        uint Id(string keyword, uint plain) =>
            Text(keyword) is { } text ? TextLines.Number(text, number, keyword) : plain;
        return new Entry
        {
            Path = TextLines.RelativePath(
                records.Find("GNU.sparse.name") ?? records.Find("path") ?? header.Name, number),
            Type = type,
            Mode = header.Mode & FileMode.PermissionMask,
            Uid = Id("uid", header.Uid),
            Gid = Id("gid", header.Gid),
            Mtime = TimeOf(Text("mtime"), number) ?? TextLines.Nanoseconds(header.Mtime, 0, number),
            Atime = TimeOf(Text("atime"), number),
            Target = type == FileMode.S_IFLNK ? records.Find("linkpath") ?? header.LinkName : null,
            Device = FileMode.IsDevice(type) ? (header.Major, header.Minor) : null,
            Xattrs = XattrsOf(records, number),
            Line = number,
        };
    }

    private static List<EntryXattr> XattrsOf(PaxRecords records, long number)
    {
        List<EntryXattr> xattrs = [];
        foreach ((string keyword, byte[] value) in records.Below(XattrPrefix))
        {
            string name = keyword.Replace("%3D", "=", StringComparison.Ordinal)
                .Replace("%25", "%", StringComparison.Ordinal);
            _ = TextLines.WithoutNul(TextLines.Bytes(name), number, "an attribute's name");
            if (EntryXattr.IsCarried(name))
                xattrs.Add(new EntryXattr(name, value));
        }

        foreach ((string keyword, string name) in
            ((string, string)[])[(AccessAcl, EntryXattr.AccessAcl), (DefaultAcl, EntryXattr.DefaultAcl)])
        {
            if (records.Find(keyword) is not { } text)
                continue;
            string[] acl = TextLines.Text(text).Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (acl.Length > 3 || name == EntryXattr.DefaultAcl)
                xattrs.Add(new EntryXattr(name, AclText.Acl(acl, number)));
        }

        return xattrs;
    }

    // A keyword ends with the first '='; GNU tar escapes it so.
    private static string Keyword(string name) =>
        name.Replace("%", "%25", StringComparison.Ordinal).Replace("=", "%3D", StringComparison.Ordinal);

    private static string Seconds(long ns) =>
        (ns / 1_000_000_000m).ToString("0.000000000", CultureInfo.InvariantCulture);

    private static long? TimeOf(string? text, long number)
    {
        if (text is null)
            return null;
        return decimal.TryParse(
                text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out decimal seconds)
            && Math.Abs(seconds) <= (long.MaxValue / 1_000_000_000) + 1
            && decimal.Floor(seconds * 1_000_000_000) is >= long.MinValue and <= long.MaxValue and var ns
            ? (long)ns
            : throw new EntryFormatException(number, $"'{ByteText.ForDisplay(text)}' is no time");
    }
}
