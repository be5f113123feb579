// mtree(5), as BSD's mtree and libarchive's bsdtar write and read it.
using System.Globalization;
using System.Text;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>A tree's specification: one line a file, keywords for its metadata. No access times.</summary>
internal sealed class MtreeFormat : IEntryFormat
{
    // '#' begins a comment, '=' and white space end a word; the others are magic to mtree's fnmatch.
    private const string Special = "#=*?[";

    private static readonly (uint Type, string Word)[] s_types =
    [
        (FileMode.S_IFREG, "file"), (FileMode.S_IFDIR, "dir"), (FileMode.S_IFLNK, "link"), (FileMode.S_IFIFO, "fifo"),
        (FileMode.S_IFSOCK, "socket"), (FileMode.S_IFCHR, "char"), (FileMode.S_IFBLK, "block"),
    ];

    public string Word => "mtree";

    public string Description => "mtree(5): owner, group, mode, mtime, link targets, device numbers";

    public void Write(IEnumerable<Entry> entries, Stream output, Action<Entry, string> left)
    {
        using var text = new StreamWriter(output, Encoding.Latin1, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("#mtree");
        foreach (Entry entry in entries)
        {
            text.Write(entry.Path.Length == 0 ? "." : "./" + TextLines.Escape(entry.Path, Special));
            foreach ((uint type, string word) in s_types)
            {
                if (entry.Type == type)
                    text.Write($" type={word}");
            }

            text.Write(string.Create(CultureInfo.InvariantCulture, $" uid={entry.Uid} gid={entry.Gid}"));
            text.Write($" mode={Convert.ToString(entry.Mode ?? 0, 8).PadLeft(4, '0')}");
            if (entry.Mtime is { } mtime)
                text.Write($" time={Timespec.FromNanoseconds(mtime)}");
            if (entry.Target is { } target)
                text.Write($" link={TextLines.Escape(target, "#")}");
            if (entry.Device is { } device)
                text.Write(string.Create(CultureInfo.InvariantCulture, $" device=linux,{device.Major},{device.Minor}"));
            text.WriteLine();
        }
    }

    public IEnumerable<Entry> Read(Stream input)
    {
        Dictionary<string, string> defaults = [];
        List<byte[]> directories = [];
        foreach ((long number, string line) in Continued(input))
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
                continue;
            if (words[0] is "/set" or "/unset")
            {
                SetDefaults(defaults, words);
                continue;
            }

            if (words[0] == "..")
            {
                if (directories.Count == 0)
                    throw new EntryFormatException(number, "'..' above the root of the tree");
                directories.RemoveAt(directories.Count - 1);
                continue;
            }

            var keywords = new Dictionary<string, string>(defaults);
            SetDefaults(keywords, words);
            Entry entry = EntryOf(PathOf(words[0], directories, number), keywords, number);

            // A name without a slash lies in the directory above, and if it is one itself, what follows lies in it.
            if (!words[0].Contains('/', StringComparison.Ordinal) && entry.Type == FileMode.S_IFDIR)
                directories.Add(entry.Path);
            yield return entry;
        }
    }

    private static IEnumerable<(long Number, string Line)> Continued(Stream input)
    {
        var whole = new StringBuilder();
        long first = 0;
        foreach ((long number, byte[] line) in TextLines.Of(input))
        {
            if (whole.Length == 0)
                first = number;
            string text = TextLines.Text(line);
            if (text.EndsWith('\\'))
            {
                whole.Append(text, 0, text.Length - 1).Append(' ');
                continue;
            }

            yield return (first, whole.Append(text).ToString());
            whole.Clear();
        }

        if (whole.Length > 0)
            throw new EntryFormatException(first, "its last line is to be continued: the file is cut off");
    }

    private static void SetDefaults(Dictionary<string, string> keywords, string[] words)
    {
        foreach (string word in words.AsSpan(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (words[0] == "/unset")
                keywords.Remove(word);
            else
                keywords[equals < 0 ? word : word[..equals]] = equals < 0 ? "" : word[(equals + 1)..];
        }
    }

    private static byte[] PathOf(string word, List<byte[]> directories, long number)
    {
        byte[] path = TextLines.Unescape(word, isVis: true);
        bool isBelow = !word.Contains('/', StringComparison.Ordinal) && directories.Count > 0 && directories[^1].Length > 0;
        return TextLines.RelativePath(isBelow ? [.. directories[^1], (byte)'/', .. path] : path, number);
    }

    private static Entry EntryOf(byte[] path, Dictionary<string, string> keywords, long number)
    {
        string? Find(string keyword) => keywords.GetValueOrDefault(keyword);
        uint? type = null;
        foreach ((uint value, string word) in s_types)
        {
            if (Find("type") == word)
                type = value;
        }

        return new Entry
        {
            Path = path,
            Type = type,
            Uid = Id(Find("uid"), Find("uname"), UserNames.TryParseUser, number),
            Gid = Id(Find("gid"), Find("gname"), UserNames.TryParseGroup, number),
            Mode = Find("mode") is { } mode ? TextLines.Octal(mode, number, "mode") & FileMode.PermissionMask : null,
            Mtime = Find("time") is { } time ? TimeOf(time, number) : null,
            Target = Find("link") is { } link ? TextLines.Unescape(link, isVis: true) : null,
            Device = Find("device") is { } device ? DeviceOf(device, number) : null,
            Line = number,
        };
    }

    private delegate bool TryParseName(string text, out uint id);

    // The number is exact; a name counts only where there is none.
    private static uint? Id(string? number, string? name, TryParseName parse, long line)
    {
        if (number is not null)
            return TextLines.Number(number, line, "user or group number");
        if (name is null)
            return null;
        return parse(name, out uint id) ? id : throw AclText.NoSuch(name, line);
    }

    // Seconds, a point, and the number of nanoseconds: "1.5" is 5 ns after the first second (libarchive and mtree agree).
    private static long TimeOf(string text, long line)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string nanoseconds = point < 0 ? "0" : text[(point + 1)..];
        if (long.TryParse(
                point < 0 ? text : text[..point], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out long seconds)
            && long.TryParse(nanoseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long rest)
            && rest < 1_000_000_000)
            return TextLines.Nanoseconds(seconds, rest, line);
        throw new EntryFormatException(line, $"'{ByteText.ForDisplay(text)}' is no time");
    }

    private static (uint Major, uint Minor)? DeviceOf(string text, long line)
    {
        string[] parts = text.Split(',');
        if (parts.Length == 3)
            return (TextLines.Number(parts[1], line, "device number"), TextLines.Number(parts[2], line, "device number"));
        throw new EntryFormatException(line, $"'{ByteText.ForDisplay(text)}' is no device; it is FORMAT,MAJOR,MINOR");
    }
}
