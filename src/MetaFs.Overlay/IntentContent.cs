// The way back of IntentEntry.
using System.Buffers.Binary;

namespace MetaFs.Overlay;

/// <summary>The content of one entry of the log, whose checksum was right.</summary>
internal readonly ref struct IntentContent
{
    private readonly ReadOnlySpan<byte> _columns;

    private IntentContent(IntentKind kind, InodeKey key, ReadOnlySpan<byte> columns)
    {
        Kind = kind;
        Key = key;
        _columns = columns;
    }

    /// <summary>What is done.</summary>
    public IntentKind Kind { get; }

    /// <summary>With which inode's record.</summary>
    public InodeKey Key { get; }

    /// <summary>Reads the parts that every entry has.</summary>
    /// <returns>False: it is none, whatever its checksum says.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, out IntentContent entry)
    {
        entry = default;
        if (content.Length < IntentEntry.KeyLength)
            return false;
        IntentKind kind = (IntentKind)content[0];
        int columns = kind switch
        {
            IntentKind.Put => RecordRow.Columns,
            IntentKind.Remove => 0,
            IntentKind.RemoveSetAt => 1,
            _ => -1,
        };
        InodeKey key = new(
            BinaryPrimitives.ReadInt64LittleEndian(content[1..]), BinaryPrimitives.ReadUInt64LittleEndian(content[9..]));
        entry = new IntentContent(kind, key, content[IntentEntry.KeyLength..]);
        return columns >= 0 && entry.Bind(null, 0, out int bound) && bound == columns;
    }

    /// <summary>Hands the columns on.</summary>
    /// <param name="to">Who takes them; null: nobody.</param>
    /// <param name="first">The parameter of the first one.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>False: something else than columns is there.</returns>
    public bool Bind(IRowTarget? to, int first, out int count)
    {
        count = 0;
        for (ReadOnlySpan<byte> rest = _columns; !rest.IsEmpty; count++)
        {
            int parameter = first + count;
            byte tag = rest[0];
            rest = rest[1..];
            if (tag <= sizeof(long))
            {
                if (rest.Length < tag)
                    return false;
                BindInteger(to, parameter, rest[..tag]);
                rest = rest[tag..];
                continue;
            }

            if (tag != IntentEntry.Blob || rest.Length < sizeof(ushort))
                return false;
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            rest = rest[sizeof(ushort)..];
            if (rest.Length < length)
                return false;
            to?.Bind(parameter, rest[..length].ToArray());
            rest = rest[length..];
        }

        return true;
    }

    private static void BindInteger(IRowTarget? to, int parameter, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            to?.BindNull(parameter);
            return;
        }

        long value = (sbyte)bytes[^1];
        for (int i = bytes.Length - 2; i >= 0; i--)
            value = (value << 8) | bytes[i];
        to?.Bind(parameter, value);
    }
}
