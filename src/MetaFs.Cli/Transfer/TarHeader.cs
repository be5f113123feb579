// The 512 bytes before each file of a tar archive: ustar, and what GNU tar makes of it.
using System.Text;

namespace MetaFs.Cli.Transfer;

/// <summary>One header block. Numbers that do not fit are the pax records' business.</summary>
internal sealed class TarHeader
{
    /// <summary>Everything in an archive is in blocks of this size.</summary>
    public const int BlockSize = 512;

    /// <summary>The largest number in a field of 8 bytes.</summary>
    public const uint LargestOctal = 0x1FFFFF;

    private const int ChecksumAt = 148;

    public char Type { get; init; } = '0';

    /// <summary>At most 100 bytes are written; bytes.</summary>
    public byte[] Name { get; init; } = [];

    public byte[] LinkName { get; init; } = [];

    public uint Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Bytes of data behind it.</summary>
    public long Size { get; init; }

    /// <summary>Seconds since the epoch.</summary>
    public long Mtime { get; init; }

    public uint Major { get; init; }

    public uint Minor { get; init; }

    /// <summary>A sparse file of old GNU tar: blocks with its map follow.</summary>
    public bool HasSparseMap { get; private init; }

    /// <summary>Reads a block.</summary>
    /// <param name="block">512 bytes.</param>
    /// <param name="number">Which header it is, for messages.</param>
    /// <exception cref="EntryFormatException">Its sum is wrong.</exception>
    public static TarHeader Read(ReadOnlySpan<byte> block, long number)
    {
        if (Number(block.Slice(ChecksumAt, 8), number) != Checksum(block))
            throw new EntryFormatException(
                number, "no tar archive from here on (gunzip it first, if it is compressed)");
        bool isUstar = block.Slice(257, 5).SequenceEqual("ustar"u8);
        bool isGnu = isUstar && block[262] == (byte)' ';
        byte[] prefix = isUstar && !isGnu ? Text(block.Slice(345, 155)) : [];
        byte[] name = Text(block[..100]);
        return new TarHeader
        {
            Type = block[156] == 0 ? '0' : (char)block[156],
            Name = prefix.Length > 0 ? [.. prefix, (byte)'/', .. name] : name,
            LinkName = Text(block.Slice(157, 100)),
            Mode = (uint)Number(block.Slice(100, 8), number),
            Uid = (uint)Number(block.Slice(108, 8), number),
            Gid = (uint)Number(block.Slice(116, 8), number),
            Size = Number(block.Slice(124, 12), number),
            Mtime = Number(block.Slice(136, 12), number),
            Major = (uint)Number(block.Slice(329, 8), number),
            Minor = (uint)Number(block.Slice(337, 8), number),
            HasSparseMap = isGnu && block[156] == (byte)'S' && block[482] != 0,
        };
    }

    /// <summary>The block.</summary>
    public byte[] ToBlock()
    {
        byte[] block = new byte[BlockSize];
        Put(block, 0, 100, Name);
        PutOctal(block, 100, 8, Mode);
        PutOctal(block, 108, 8, Math.Min(Uid, LargestOctal));
        PutOctal(block, 116, 8, Math.Min(Gid, LargestOctal));
        PutOctal(block, 124, 12, Size);
        PutOctal(block, 136, 12, Math.Max(0, Mtime));
        block[156] = (byte)Type;
        Put(block, 157, 100, LinkName);
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        PutOctal(block, 329, 8, Math.Min(Major, LargestOctal));
        PutOctal(block, 337, 8, Math.Min(Minor, LargestOctal));
        PutOctal(block, ChecksumAt, 7, Checksum(block));
        block[ChecksumAt + 7] = (byte)' ';
        return block;
    }

    // Its own field counts as blanks.
    private static long Checksum(ReadOnlySpan<byte> block)
    {
        long sum = 8 * ' ';
        for (int i = 0; i < block.Length; i++)
            sum += i is >= ChecksumAt and < ChecksumAt + 8 ? 0 : block[i];
        return sum;
    }

    // Octal between blanks and NULs, or, of GNU tar, binary with the highest bit set.
    private static long Number(ReadOnlySpan<byte> field, long number)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            // The bit below is the sign; of longer fields the last eight bytes count.
            value = (field[0] & 0x40) != 0 ? -1 : field[0] & 0x3F;
            foreach (byte digits in field[1..])
                value = unchecked((value << 8) | digits);
            return value;
        }

        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new EntryFormatException(number, "no tar archive from here on: a number is not octal");
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    private static byte[] Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return (end < 0 ? field : field[..end]).ToArray();
    }

    private static void Put(byte[] block, int at, int size, byte[] bytes) =>
        bytes.AsSpan(0, Math.Min(size, bytes.Length)).CopyTo(block.AsSpan(at));

    private static void PutOctal(byte[] block, int at, int size, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(size - 1, '0')).CopyTo(block, at);
}
