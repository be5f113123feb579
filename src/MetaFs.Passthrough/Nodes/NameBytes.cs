using System.Text;

namespace MetaFs.Passthrough.Nodes;

/// <summary>Names as keys: compared byte by byte, in one form where the share ignores case.</summary>
internal static class NameBytes
{
    public static IEqualityComparer<byte[]> Comparer { get; } = new ByteComparer();

    /// <summary>The form in which all spellings of a name that ignore case are equal; the name itself where it is that already.</summary>
    public static ReadOnlySpan<byte> WithoutCase(ReadOnlySpan<byte> name)
    {
        if (!name.ContainsAnyInRange((byte)'A', (byte)'Z') && !name.ContainsAnyInRange((byte)0x80, (byte)0xFF))
            return name;
        try
        {
            // Upper case first: several letters share one.
            string text = s_strict.GetString(name).ToUpperInvariant().ToLowerInvariant();
            return s_strict.GetBytes(text);
        }
        catch (DecoderFallbackException)
        {
            byte[] folded = name.ToArray();
            foreach (ref byte one in folded.AsSpan())
                one = one is >= (byte)'A' and <= (byte)'Z' ? (byte)(one | 0x20) : one;
            return folded;
        }
    }

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
