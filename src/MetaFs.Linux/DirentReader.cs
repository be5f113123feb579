// Walks the records getdents64(2) left in a buffer.

namespace MetaFs.Linux;

/// <summary>The entries of one getdents64(2) answer, for <c>foreach</c>.</summary>
public ref struct DirentReader
{
    // struct linux_dirent64: u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, then the name and its NUL.
    private const int OffsetOfOff = 8;
    private const int OffsetOfReclen = 16;
    private const int OffsetOfType = 18;
    private const int OffsetOfName = 19;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads the bytes a <see cref="Libc.Getdents64"/> call filled in.</summary>
    public DirentReader(ReadOnlySpan<byte> filled)
    {
        _rest = filled;
        Current = default;
    }

    /// <summary>The entry <see cref="MoveNext"/> found.</summary>
    public Dirent Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly DirentReader GetEnumerator() => this;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end, and at bytes that are no record.</returns>
    public bool MoveNext()
    {
        if (_rest.Length <= OffsetOfName)
            return false;
        int length = BitConverter.ToUInt16(_rest[OffsetOfReclen..]);
        if (length <= OffsetOfName || length > _rest.Length)
            return false;
        ReadOnlySpan<byte> record = _rest[..length];
        int nameLength = record[OffsetOfName..].IndexOf((byte)0);
        if (nameLength < 0)
            return false;
        Current = new Dirent(
            BitConverter.ToUInt64(record),
            BitConverter.ToInt64(record[OffsetOfOff..]),
            length,
            record[OffsetOfType],
            record.Slice(OffsetOfName, nameLength + 1));
        _rest = _rest[length..];
        return true;
    }
}
