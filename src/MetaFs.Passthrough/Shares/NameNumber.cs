using System.Buffers.Binary;

namespace MetaFs.Passthrough.Shares;

/// <summary>Inode numbers of ours, out of a directory's number and a name.</summary>
/// <remarks>
/// A number that follows from the name needs no memory: readdir(3) gives the one that stat(2) will give, and a file
/// without a record keeps its number over a remount too. A file that is renamed takes its number along; whoever gets the
/// name after it gets the next try. Below 2^55, since <see cref="ShareVolume.ShownIno"/> uses the bits from 56 on.
/// </remarks>
internal static class NameNumber
{
    private const ulong Offset = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;
    private const ulong Range = (1UL << 55) - 1;

    // The root's number and 0 are nobody else's.
    private const ulong Reserved = 16;

    /// <summary>The number to try.</summary>
    /// <param name="parent">The directory's number.</param>
    /// <param name="form">The name's one form.</param>
    /// <param name="attempt">0, then 1 and on while others have it.</param>
    public static ulong Of(ulong parent, ReadOnlySpan<byte> form, uint attempt)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, parent);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], attempt);
        ulong hash = Mixed(Added(Added(Offset, head), form)) & Range;
        return hash < Reserved ? hash + Reserved : hash;
    }

    // FNV-1a; its low bits are weak for short input, hence the mixing afterwards.
    private static ulong Added(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
            hash = (hash ^ one) * Prime;
        return hash;
    }

    private static ulong Mixed(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
