using System.Buffers.Binary;

namespace MetaFs.Overlay;

/// <summary>What was read of a log, and goes through its entries. Nothing: run 0, which no database waits for.</summary>
internal struct IntentRun(ulong number, byte[] bytes, int offset)
{
    private readonly byte[] _bytes = bytes;
    private int _offset = offset;

    /// <summary>The run's number.</summary>
    public readonly ulong Number => number;

    /// <summary>Where the next entry would be.</summary>
    public readonly long End => _offset;

    /// <summary>The eight bytes that are there, of whatever; 0: the log ends.</summary>
    public readonly ulong Next() =>
        _bytes.Length - _offset < sizeof(ulong) ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(_offset));

    /// <summary>Goes on to the next entry.</summary>
    /// <returns>False: there is none. What follows was never acknowledged, or is of an earlier run.</returns>
    public bool Next(out IntentContent entry)
    {
        entry = default;
        if (_bytes is null || _bytes.Length - _offset < IntentEntry.HeaderLength)
            return false;
        ReadOnlySpan<byte> rest = _bytes.AsSpan(_offset);
        int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        rest = rest[IntentEntry.HeaderLength..];
        if (length < 0 || length > rest.Length || IntentEntry.Checksum(number, _offset, rest[..length]) != checksum
            || !IntentContent.TryRead(rest[..length], out entry))
            return false;
        _offset += IntentEntry.HeaderLength + length;
        return true;
    }
}
