// One change of one record as bytes: what the log of intents is made of.
using System.Buffers.Binary;
using System.Numerics;

namespace MetaFs.Overlay;

/// <summary>What an entry of the log does.</summary>
internal enum IntentKind : byte
{
    /// <summary>Inserts or replaces a record.</summary>
    Put = 1,

    /// <summary>Deletes a record.</summary>
    Remove = 2,

    /// <summary>Deletes a record that was set at a certain time, and leaves another one alone.</summary>
    RemoveSetAt = 3,
}

/// <summary>Writes entries, one at a time, into a buffer of its own. Not thread-safe.</summary>
/// <remarks>
/// An entry is the length of its content, a CRC-32C and the content: kind, volume, inode number, and the record's columns or
/// the time. A column is a byte n and, for n of 1 to 8, an integer of so many bytes (its upper ones are copies of the sign),
/// for n = 9 a blob behind its length in two bytes; n = 0 is NULL. All numbers are little-endian. The checksum begins with the
/// log's run and the entry's place, so that what an earlier run has left behind is no entry of this one.
/// </remarks>
internal sealed class IntentEntry : IRowTarget
{
    /// <summary>Bytes before the content.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes of kind, volume and inode number.</summary>
    public const int KeyLength = 17;

    /// <summary>What stands for a column that is a blob.</summary>
    public const byte Blob = 9;

    // Two names of at most 4095 bytes and 40 numbers of at most nine.
    private const int Largest = 2 * (OverlaySchema.LongestName + 3) + 48 * 9;

    private readonly byte[] _bytes = new byte[HeaderLength + KeyLength + Largest];
    private int _length;

    /// <summary>The entry as it goes into the log.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Makes the entry of a record that is written: one that is within <see cref="RecordLimits"/>.</summary>
    public void Put(in InodeKey key, InodeRecord record)
    {
        Begin(IntentKind.Put, key);
        RecordRow.Bind(this, 1, record);
    }

    /// <summary>Makes the entry of a record that is deleted.</summary>
    public void Remove(in InodeKey key, long? setAt)
    {
        Begin(setAt is null ? IntentKind.Remove : IntentKind.RemoveSetAt, key);
        if (setAt is { } time)
            Bind(1, time);
    }

    /// <summary>Completes the entry for its place in the log.</summary>
    public void Seal(ulong run, long offset)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length - HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(4), Checksum(run, offset, Bytes[HeaderLength..]));
    }

    /// <summary>The checksum of an entry's content.</summary>
    public static uint Checksum(ulong run, long offset, ReadOnlySpan<byte> content)
    {
        uint crc = BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, run), (ulong)offset);
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(content));
        foreach (byte b in content)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    /// <inheritdoc/>
    public void Bind(int parameter, long value)
    {
        // Times need eight bytes, reasons and errnos one.
        int bytes = 1;
        while (bytes < sizeof(long) && value >> (bytes * 8 - 1) is not (0 or -1))
            bytes++;
        _bytes[_length++] = (byte)bytes;
        Span<byte> whole = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(whole, value);
        whole[..bytes].CopyTo(_bytes.AsSpan(_length));
        _length += bytes;
    }

    /// <inheritdoc/>
    public void Bind(int parameter, ulong value) => Bind(parameter, unchecked((long)value));

    /// <inheritdoc/>
    public void Bind(int parameter, byte[]? value)
    {
        if (value is null)
        {
            BindNull(parameter);
            return;
        }

        _bytes[_length++] = Blob;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_length), (ushort)value.Length);
        _length += sizeof(ushort);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    /// <inheritdoc/>
    public void BindNull(int parameter) => _bytes[_length++] = 0;

    private void Begin(IntentKind kind, in InodeKey key)
    {
        _length = HeaderLength;
        _bytes[_length++] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_length), key.Volume);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length + 8), key.Ino);
        _length += 16;
    }
}
