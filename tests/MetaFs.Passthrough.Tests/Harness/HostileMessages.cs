using System.Buffers.Binary;
using System.Text;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>Requests of the right shape and of every wrong content: what a kernel that means ill would send.</summary>
internal sealed class HostileMessages(int seed)
{
    // Opcode, bytes of its struct, names behind it.
    private static readonly (uint Opcode, int Struct, int Names)[] s_shapes =
    [
        (1, 0, 1), (2, 8, 0), (3, 16, 0), (4, 88, 0), (5, 0, 0), (6, 0, 2), (8, 16, 1), (9, 8, 1), (10, 0, 1), (11, 0, 1),
        (12, 8, 2), (13, 8, 1), (14, 8, 0), (15, 40, 0), (16, 40, 0), (17, 0, 0), (18, 24, 0), (20, 16, 0), (21, 16, 1),
        (22, 8, 1), (23, 8, 0), (24, 0, 1), (25, 24, 0), (27, 8, 0), (28, 40, 0), (29, 24, 0), (30, 16, 0), (34, 8, 0),
        (35, 16, 1), (36, 8, 0), (38, 0, 0), (39, 32, 0), (42, 24, 0), (43, 32, 0), (44, 40, 0), (45, 16, 2), (46, 24, 0),
        (47, 56, 0), (50, 8, 0), (51, 16, 1), (52, 24, 0), (53, 56, 0), (4096, 16, 1),
    ];

    private static readonly string[] s_names =
    [
        "a", "b", "c", "d", "d", "link", "up", ".", "..", "../outside", "/", "/etc", "link/f", "", "metafs.db", "\xff\xfe",
        "new\nline", new('n', 255), new('n', 256), new('n', 5000), "system.posix_acl_access", "user.x", "trusted.overlay.opaque",
    ];

    private static readonly ulong[] s_numbers =
    [
        0, 0, 0, 1, 1, 2, 3, 4, 7, 8, 16, 0x1FF, 4096, 65536, 0x81A4, 0x41ED, 0x1180, 0xA1FF, 0x21B6, 0x8241, 0x410000,
        int.MaxValue, uint.MaxValue, 1UL << 31, long.MaxValue, ulong.MaxValue, 1UL << 63, 1UL << 40,
    ];

    private readonly Random _random = new(seed);
    private ulong _unique;

    /// <summary>The handshake, of a kernel that has everything.</summary>
    public static byte[] Init()
    {
        byte[] body = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(body, 7);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), 45);
        body.AsSpan(12, 8).Fill(0xFF);
        return Message(26, 0, 0, 1, body);
    }

    public static byte[] Lookup(string name) => Message(1, 1, 0, 2, [.. Encoding.Latin1.GetBytes(name), 0]);

    public byte[] Next()
    {
        (uint opcode, int length, int names) = s_shapes[_random.Next(s_shapes.Length)];
        List<byte> body = [.. Numbers(length)];
        for (int i = 0; i < names; i++)
            body.AddRange([.. Encoding.Latin1.GetBytes(s_names[_random.Next(s_names.Length)]), 0]);
        if (opcode is 16 or 21)
            AddData(opcode, body);
        byte[] bytes = [.. body];
        if (_random.Next(20) == 0)
            Array.Resize(ref bytes, _random.Next(bytes.Length + 20));
        if (_random.Next(20) == 0 && bytes.Length > 0)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        uint uid = _random.Next(3) switch { 0 => 0, 1 => 1000, _ => uint.MaxValue };
        ulong node = _random.Next(4) == 0 ? 1 : (ulong)_random.Next(24);
        return Message(opcode, _random.Next(50) == 0 ? ulong.MaxValue : node, uid, ++_unique, bytes);
    }

    private byte[] Numbers(int length)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at + 4 <= length; at += 4)
        {
            ulong number = _random.Next(3) == 0 ? (ulong)_random.Next(24) : s_numbers[_random.Next(s_numbers.Length)];
            if (at % 8 == 0 && at + 8 <= length && _random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), number);
                at += 4;
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)number);
            }
        }

        return bytes;
    }

    // With a length that is mostly true.
    private void AddData(uint opcode, List<byte> body)
    {
        byte[] data = new byte[_random.Next(300)];
        _random.NextBytes(data);
        int count = _random.Next(8) == 0 ? _random.Next() : data.Length;
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, count);
        for (int i = 0; i < 4; i++)
            body[(opcode == 16 ? 16 : 0) + i] = size[i];
        body.AddRange(data);
    }

    private static byte[] Message(uint opcode, ulong node, uint uid, ulong unique, byte[] body)
    {
        byte[] message = new byte[40 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), opcode);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8), unique);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(16), node);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(24), uid);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(28), uid);
        body.CopyTo(message, 40);
        return message;
    }
}
