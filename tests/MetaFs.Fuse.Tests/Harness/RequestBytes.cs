using System.Buffers.Binary;
using System.Text;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>A request written by hand, one field of the protocol per call; no struct of ours takes part.</summary>
internal sealed class RequestBytes
{
    public const ulong Unique = 0xAB_CDEF_0123;
    public const ulong Node = 0x40DE;
    public const uint Uid = 0x1111_0001;
    public const uint Gid = 0x2222_0002;
    public const uint Pid = 0x3333_0003;

    private readonly List<byte> _body = [];
    private readonly uint _opcode;
    private readonly ushort _extensions;

    /// <param name="opcode">A number, as the kernel sends it.</param>
    /// <param name="extensions">total_extlen; the extensions themselves are part of the body.</param>
    public RequestBytes(uint opcode, ushort extensions = 0)
    {
        _opcode = opcode;
        _extensions = extensions;
    }

    public int BodyLength => _body.Count;

    public uint Opcode => _opcode;

    /// <summary>The bytes that must be there: those after them may be cut off.</summary>
    public int RequiredLength { get; private set; } = -1;

    public RequestBytes U32(string field, uint value)
    {
        _ = field;
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _body.AddRange(bytes);
        return this;
    }

    public RequestBytes U64(string field, ulong value)
    {
        _ = field;
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _body.AddRange(bytes);
        return this;
    }

    public RequestBytes Name(string name) => Bytes(name + "\0");

    public RequestBytes Bytes(string latin1)
    {
        _body.AddRange(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public RequestBytes Zeros(int count)
    {
        _body.AddRange(new byte[count]);
        return this;
    }

    /// <summary>What follows may be missing.</summary>
    public RequestBytes OptionalFromHere()
    {
        RequiredLength = _body.Count;
        return this;
    }

    public byte[] Build() => Build(_body.Count);

    /// <summary>The message with its body cut to some bytes, and a header that agrees with that.</summary>
    public byte[] Build(int bodyLength)
    {
        byte[] message = new byte[40 + bodyLength];
        Span<byte> header = message;
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], _opcode);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], Unique);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], Node);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Gid);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], Pid);
        BinaryPrimitives.WriteUInt16LittleEndian(header[36..], _extensions);
        _body.Take(bodyLength).ToArray().CopyTo(header[40..]);
        return message;
    }
}
