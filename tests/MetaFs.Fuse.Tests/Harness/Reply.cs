using System.Buffers.Binary;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>A reply taken apart by hand.</summary>
internal sealed record Reply(uint Length, int Error, ulong Unique, byte[] Payload)
{
    public static Reply Parse(ReadOnlySpan<byte> message) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(message),
        BinaryPrimitives.ReadInt32LittleEndian(message[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(message[8..]),
        message[16..].ToArray());

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Payload.AsSpan(offset));

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Payload.AsSpan(offset));

    public ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Payload.AsSpan(offset));
}
