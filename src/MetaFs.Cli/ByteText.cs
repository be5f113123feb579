// Paths are bytes and .NET arguments are UTF-16: a reversible form for what is not UTF-8.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace MetaFs.Cli;

/// <summary>
/// Text that stands for any bytes: a byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte, as in Python's
/// "surrogateescape", so that a path given on the command line reaches the system call unchanged.
/// </summary>
internal static class ByteText
{
    private const char EscapeBase = '\uDC00';

    /// <summary>Text for the bytes; any bytes.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> units = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            if (status == OperationStatus.Done)
            {
                text.Append(units[..rune.EncodeToUtf16(units)]);
            }
            else
            {
                foreach (byte value in bytes[..consumed])
                    text.Append((char)(EscapeBase + value));
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that the text stands for, with the NUL that system calls need.</summary>
    public static byte[] ToTerminated(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 1);
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < text.Length;)
        {
            OperationStatus status = Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int consumed);
            if (status != OperationStatus.Done && IsEscape(text[i]))
                bytes.Write([(byte)(text[i] - EscapeBase)]);
            else
                bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
            i += consumed;
        }

        bytes.Write([(byte)0]);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The bytes that the text stands for.</summary>
    public static byte[] ToBytes(string text) => ToTerminated(text)[..^1];

    /// <summary>Whether the bytes are UTF-8, so that they and text can stand for each other.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    /// <summary>The refusal of a name that only bytes can say, where text is needed; null: it is text.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="what">What it is, as the manual calls it.</param>
    public static string? WhyNotUtf8(string text, string what) =>
        text.Any(char.IsSurrogate) && !IsUtf8(ToBytes(text))
            ? $"{what}: '{ForDisplay(text)}' is not UTF-8; rename it"
            : null;

    /// <summary>For people: one line, whatever the name holds; control characters as <c>\x0a</c>.</summary>
    public static string ForDisplay(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (!text.Any(char.IsControl))
            return text;
        var safe = new StringBuilder(text.Length + 8);
        foreach (char unit in text)
        {
            if (char.IsControl(unit))
                safe.Append(CultureInfo.InvariantCulture, $"\\x{(int)unit:x2}");
            else
                safe.Append(unit);
        }

        return safe.ToString();
    }

    /// <summary>For people, from reversible text.</summary>
    public static string ForDisplay(string text) => ForDisplay(ToBytes(text));

    private static bool IsEscape(char unit) => unit is >= '\uDC80' and <= '\uDCFF';
}
