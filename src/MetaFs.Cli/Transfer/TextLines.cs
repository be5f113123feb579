using System.Buffers;
using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli.Transfer;

/// <summary>Lines of bytes, numbers in them, and octal escapes: what the text forms have in common.</summary>
internal static class TextLines
{
    private const int LongestLine = 1024 * 1024;

    // vis(3) with VIS_CSTYLE; libarchive's parse_escapes reads the same.
    private const string VisLetters = "abfnrstv";
    private const string VisCharacters = "\a\b\f\n\r \t\v";

    /// <summary>Lines without their newlines, numbered from 1.</summary>
    /// <param name="input">The file.</param>
    /// <param name="mustEnd">Whether a last line without a newline is an error: the file is cut off.</param>
    /// <exception cref="EntryFormatException">A line is too long, or not ended.</exception>
    public static IEnumerable<(long Number, byte[] Line)> Of(Stream input, bool mustEnd = false)
    {
        var line = new ArrayBufferWriter<byte>();
        byte[] chunk = new byte[64 * 1024];
        long number = 1;
        for (int read = input.Read(chunk); read > 0; read = input.Read(chunk))
        {
            int start = 0;
            for (int end; (end = Array.IndexOf(chunk, (byte)'\n', start, read - start)) >= 0; start = end + 1)
            {
                line.Write(chunk.AsSpan(start, end - start));
                yield return (number++, line.WrittenSpan.ToArray());
                line.ResetWrittenCount();
            }

            line.Write(chunk.AsSpan(start, read - start));
            if (line.WrittenCount > LongestLine)
                throw new EntryFormatException(number, "longer than any line of that form");
        }

        if (line.WrittenCount > 0 && mustEnd)
            throw new EntryFormatException(number, "it ends without a newline: the file is cut off");
        if (line.WrittenCount > 0)
            yield return (number, line.WrittenSpan.ToArray());
    }

    /// <summary>Bytes as text of one byte a character, for parsing; <see cref="Bytes"/> is the way back.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    /// <summary>The bytes of <see cref="Text"/>.</summary>
    public static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    /// <summary>Bytes with octal escapes (\040) for what is not printable ASCII, and for some others.</summary>
    /// <param name="bytes">Any.</param>
    /// <param name="special">Printable ones that are escaped too; the backslash always is.</param>
    public static string Escape(ReadOnlySpan<byte> bytes, string special)
    {
        var text = new System.Text.StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            if (value is <= 0x20 or >= 0x7F or (byte)'\\' || special.Contains((char)value))
                text.Append('\\').Append(Convert.ToString(value, 8).PadLeft(3, '0'));
            else
                text.Append((char)value);
        }

        return text.ToString();
    }

    /// <summary>The bytes of escaped text: octal escapes, and a backslash before any other character.</summary>
    /// <param name="text">One character a byte.</param>
    /// <param name="isVis">Whether letters stand for white space, as in <c>\s</c>.</param>
    public static byte[] Unescape(string text, bool isVis = false)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                bytes.Write([(byte)text[i]]);
            }
            else if (i + 3 < text.Length && IsOctal(text[i + 1]) && IsOctal(text[i + 2]) && IsOctal(text[i + 3]))
            {
                bytes.Write([(byte)(((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + (text[i + 3] - '0'))]);
                i += 3;
            }
            else
            {
                char next = text[++i];
                int letter = isVis ? VisLetters.IndexOf(next, StringComparison.Ordinal) : -1;
                bytes.Write([(byte)(letter < 0 ? next : VisCharacters[letter])]);
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A number that fits 32 bits.</summary>
    public static uint Number(string text, long line, string what) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw new EntryFormatException(line, $"'{ByteText.ForDisplay(text)}' is no {what}");

    /// <summary>A number written in octal.</summary>
    public static uint Octal(string text, long line, string what)
    {
        uint number = 0;
        foreach (char digit in text)
        {
            if (!IsOctal(digit) || number > uint.MaxValue >> 3)
                throw new EntryFormatException(line, $"'{ByteText.ForDisplay(text)}' is no {what}");
            number = (number << 3) | (uint)(digit - '0');
        }

        return text.Length > 0 ? number : throw new EntryFormatException(line, $"there is no {what}");
    }

    /// <summary>A time that fits 64 bits of nanoseconds: of the years 1677 to 2262.</summary>
    public static long Nanoseconds(long seconds, long rest, long line)
    {
        var time = new Timespec(seconds, rest);
        long ns = time.ToNanoseconds();
        return Timespec.FromNanoseconds(ns) == time
            ? ns
            : throw new EntryFormatException(line, $"the time {time} is not in the years 1677 to 2262");
    }

    /// <summary>A name for a system call, which would end at a NUL.</summary>
    /// <param name="name">Any bytes.</param>
    /// <param name="line">Where it was read.</param>
    /// <param name="what">What it is of, for people.</param>
    public static byte[] WithoutNul(byte[] name, long line, string what) =>
        name.Contains((byte)0) ? throw new EntryFormatException(line, $"{what} with a NUL") : name;

    /// <summary>A path as entries have it: no "./" before it, no slash behind it, no step up or out, no NUL.</summary>
    public static byte[] RelativePath(byte[] path, long line)
    {
        ReadOnlySpan<byte> rest = WithoutNul(path, line, "a path");
        while (rest.StartsWith("./"u8) || rest.StartsWith("/"u8))
            rest = rest[(rest[0] == (byte)'/' ? 1 : 2)..];
        rest = rest.TrimEnd((byte)'/');
        if (rest.SequenceEqual("."u8))
            rest = [];
        foreach (Range part in rest.Split((byte)'/'))
        {
            if (rest[part].SequenceEqual(".."u8))
                throw new EntryFormatException(line, "a path that leads up, and maybe out of the tree");
        }

        return rest.ToArray();
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
