using System.Globalization;
using System.Text;

namespace MetaFs.Model;

/// <summary>Names and paths as strings in which one char is one byte, whatever the byte.</summary>
internal static class ByteString
{
    public static CString ToC(string bytes) => CString.FromTerminated(Encoding.Latin1.GetBytes(bytes + "\0"));

    public static string From(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>A path of the command line, which .NET has decoded as UTF-8.</summary>
    public static CString ArgumentToC(string path) => CString.FromTerminated(Encoding.UTF8.GetBytes(path + "\0"));

    /// <summary>Printable, without blanks: what is not, and backslashes, as \xNN.</summary>
    public static string Escape(string bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (char one in bytes)
        {
            if (one is <= ' ' or >= (char)0x7F or '\\')
                text.Append(CultureInfo.InvariantCulture, $"\\x{(int)one:x2}");
            else
                text.Append(one);
        }

        return text.ToString();
    }

    public static string Unescape(string text)
    {
        StringBuilder bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                bytes.Append(text[i]);
                continue;
            }

            bytes.Append((char)byte.Parse(text.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            i += 3;
        }

        return bytes.ToString();
    }
}
