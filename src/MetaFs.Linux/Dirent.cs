// One directory entry as getdents64(2) reports it.
namespace MetaFs.Linux;

/// <summary>A directory entry; its name lives in the buffer it was read from.</summary>
public readonly ref struct Dirent
{
    internal Dirent(ulong ino, long off, int recordLength, byte type, ReadOnlySpan<byte> nameTerminated)
    {
        Ino = ino;
        Off = off;
        RecordLength = recordLength;
        Type = type;
        NameTerminated = nameTerminated;
    }

    /// <summary>Inode number. At a mount point it is the covered directory's.</summary>
    public ulong Ino { get; }

    /// <summary>Where lseek(2) finds the entry after this one; a cookie, not a count.</summary>
    public long Off { get; }

    /// <summary>Bytes the record takes in the buffer, padding included.</summary>
    public int RecordLength { get; }

    /// <summary>One of <see cref="DirentType"/>; DT_UNKNOWN where the filesystem does not say.</summary>
    public byte Type { get; }

    /// <summary>The name with its NUL.</summary>
    public ReadOnlySpan<byte> NameTerminated { get; }

    /// <summary>The name as a system call takes it.</summary>
    public CString Name => CString.FromTerminated(NameTerminated);

    /// <summary>Whether the entry is "." or "..".</summary>
    public bool IsDotOrDotDot => NameTerminated.SequenceEqual(".\0"u8) || NameTerminated.SequenceEqual("..\0"u8);
}
