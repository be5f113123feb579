// Reads /proc/self/mountinfo, proc_pid_mountinfo(5).
using System.Buffers.Text;
using System.Text;

namespace MetaFs.Linux;

/// <summary>The mounts the process sees.</summary>
public static class MountInfo
{
    /// <summary>All mounts in the order the kernel lists them; none where /proc cannot be read.</summary>
    public static IReadOnlyList<MountEntry> Read() =>
        Libc.ReadAllBytes(CString.FromTerminated("/proc/self/mountinfo\0"u8), out byte[] table) == Errno.OK
            ? Parse(table)
            : [];

    /// <summary>The mount with the id statx(2) gave, <see cref="Statx.MntId"/>.</summary>
    /// <returns>Null when it is not in the mount namespace of the process, or no longer.</returns>
    public static MountEntry? Find(ulong mntId)
    {
        foreach (MountEntry entry in Read())
        {
            if ((ulong)entry.Id == mntId)
                return entry;
        }

        return null;
    }

    /// <summary>Parses the table; lines that are none are left out.</summary>
    internal static List<MountEntry> Parse(ReadOnlySpan<byte> table)
    {
        var entries = new List<MountEntry>();
        while (!table.IsEmpty)
        {
            int end = table.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? table : table[..end];
            table = end < 0 ? default : table[(end + 1)..];
            if (ParseLine(line) is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Undoes the escapes of the kernel's mangle(): backslash and three octal digits.</summary>
    internal static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        byte[] result = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length
                && IsOctal(text[i + 1]) && IsOctal(text[i + 2]) && IsOctal(text[i + 3]))
            {
                result[length++] = (byte)(((text[i + 1] & 7) << 6) | ((text[i + 2] & 7) << 3) | (text[i + 3] & 7));
                i += 3;
            }
            else
            {
                result[length++] = text[i];
            }
        }

        return result[..length];
    }

    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    private static MountEntry? ParseLine(ReadOnlySpan<byte> line)
    {
        // Optional fields come in any number; the lone hyphen ends them.
        int separator = line.IndexOf(" - "u8);
        if (separator < 0)
            return null;
        ReadOnlySpan<byte> head = line[..separator];
        ReadOnlySpan<byte> tail = line[(separator + 3)..];
        if (!Utf8Parser.TryParse(NextField(ref head), out int id, out _)
            || !Utf8Parser.TryParse(NextField(ref head), out int parent, out _)
            || !TryParseDevice(NextField(ref head), out uint major, out uint minor))
        {
            return null;
        }

        return new MountEntry(
            id,
            parent,
            major,
            minor,
            Root: Unescape(NextField(ref head)),
            MountPoint: Unescape(NextField(ref head)),
            MountOptions: Text(NextField(ref head)),
            Type: Text(NextField(ref tail)),
            Source: Unescape(NextField(ref tail)),
            SuperOptions: Text(NextField(ref tail)));
    }

    private static bool TryParseDevice(ReadOnlySpan<byte> field, out uint major, out uint minor)
    {
        minor = 0;
        return Utf8Parser.TryParse(field, out major, out int used)
            && used < field.Length
            && field[used] == ':'
            && Utf8Parser.TryParse(field[(used + 1)..], out minor, out _);
    }

    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> field = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return field;
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(Unescape(field));

    private static bool IsOctal(byte value) => value is >= (byte)'0' and <= (byte)'7';
}
