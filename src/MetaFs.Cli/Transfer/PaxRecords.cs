// Records of pax extended headers: "LENGTH KEYWORD=VALUE\n", of any bytes.
using System.Buffers;
using System.Globalization;

namespace MetaFs.Cli.Transfer;

/// <summary>Keywords and values of one header, in their order; keywords one character a byte.</summary>
internal sealed class PaxRecords
{
    private readonly List<KeyValuePair<string, byte[]>> _records = [];

    public int Count => _records.Count;

    /// <summary>The last value of a keyword; null: none.</summary>
    public byte[]? Find(string keyword) => _records.FindLast(record => record.Key == keyword).Value;

    /// <summary>Those whose keyword begins so, without that.</summary>
    public IEnumerable<(string Name, byte[] Value)> Below(string prefix) => _records
        .Where(record => record.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(record => (record.Key[prefix.Length..], record.Value));

    public void Add(string keyword, byte[] value) => _records.Add(new KeyValuePair<string, byte[]>(keyword, value));

    public void Add(string keyword, string value) => Add(keyword, TextLines.Bytes(value));

    /// <summary>Adds those of a header.</summary>
    /// <exception cref="EntryFormatException">They are malformed.</exception>
    public void Read(ReadOnlySpan<byte> header, long number)
    {
        for (ReadOnlySpan<byte> rest = header; !rest.IsEmpty;)
        {
            int blank = rest.IndexOf((byte)' ');
            if (blank <= 0
                || !int.TryParse(rest[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 1 || length > rest.Length || rest[length - 1] != '\n'
                || rest[(blank + 1)..length].IndexOf((byte)'=') is not (>= 0 and var equals))
                throw new EntryFormatException(number, "a malformed pax header");
            ReadOnlySpan<byte> record = rest[(blank + 1)..(length - 1)];
            Add(TextLines.Text(record[..equals]), record[(equals + 1)..].ToArray());
            rest = rest[length..];
        }
    }

    /// <summary>The header's data.</summary>
    public byte[] ToBytes()
    {
        var header = new ArrayBufferWriter<byte>();
        foreach ((string keyword, byte[] value) in _records)
        {
            // The length counts its own digits.
            int rest = keyword.Length + value.Length + 3;
            int length = rest + Digits(rest);
            length = rest + Digits(length);
            header.Write(TextLines.Bytes(string.Create(CultureInfo.InvariantCulture, $"{length} {keyword}=")));
            header.Write(value);
            header.Write("\n"u8);
        }

        return header.WrittenSpan.ToArray();
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
