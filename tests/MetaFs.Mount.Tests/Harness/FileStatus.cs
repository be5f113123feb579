using System.Buffers.Binary;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>A point in time as utimensat(2) takes it.</summary>
public readonly record struct FileTime(long Seconds, long Nanoseconds)
{
    public static FileTime Now => new(0, (1L << 30) - 1);

    public static FileTime Omit => new(0, (1L << 30) - 2);

    public static FileTime FromNanoseconds(long nanoseconds)
    {
        long seconds = Math.DivRem(nanoseconds, 1_000_000_000, out long rest);
        return rest < 0 ? new(seconds - 1, rest + 1_000_000_000) : new(seconds, rest);
    }

    public static implicit operator FileTime(long nanoseconds) => FromNanoseconds(nanoseconds);
}

/// <summary>What statx(2) answered. Times are nanoseconds since 1970.</summary>
internal readonly struct FileStatus(byte[] statx)
{
    public uint Nlink => Word(16);

    public uint Uid => Word(20);

    public uint Gid => Word(24);

    /// <summary>"uid:gid", as chown(1) writes it.</summary>
    public string Owner => $"{Uid}:{Gid}";

    public uint FullMode => BinaryPrimitives.ReadUInt16LittleEndian(statx.AsSpan(28));

    /// <summary>The twelve permission bits.</summary>
    public uint Mode => FullMode & 0xFFF;

    public uint Type => FullMode & Posix.S_IFMT;

    public ulong Ino => BinaryPrimitives.ReadUInt64LittleEndian(statx.AsSpan(32));

    public ulong Size => BinaryPrimitives.ReadUInt64LittleEndian(statx.AsSpan(40));

    public long Atime => Time(64);

    public long Ctime => Time(96);

    public long Mtime => Time(112);

    public (uint Major, uint Minor) Rdev => (Word(128), Word(132));

    public (uint Major, uint Minor) Dev => (Word(136), Word(140));

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(statx.AsSpan(offset));

    private long Time(int offset) =>
        BinaryPrimitives.ReadInt64LittleEndian(statx.AsSpan(offset)) * 1_000_000_000 + Word(offset + 8);
}
