// Which inode number of ours has which name, for volumes whose own numbers move.
namespace MetaFs.Overlay;

/// <summary>One change of a name of a volume that is kept by name.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Parent">The directory's number, ours.</param>
/// <param name="Name">The name there; bytes, no NUL, in the one form of a share that ignores case.</param>
/// <param name="Ino">Whose it is from now on, by our number; 0: nobody's.</param>
/// <param name="Was">Where it becomes nobody's: only if it is this one's, another one may have got it since; 0: whosever.</param>
public readonly record struct NameChange(long Volume, ulong Parent, byte[] Name, ulong Ino, ulong Was = 0);

/// <summary>A rename that may have happened or not.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="FromParent">The directory's number.</param>
/// <param name="FromName">The name before, as the share has it.</param>
/// <param name="ToParent">The other directory's number.</param>
/// <param name="ToName">The name afterwards.</param>
/// <param name="IsExchange">Whether both names stay (RENAME_EXCHANGE).</param>
/// <param name="Guard">Of what was to be moved.</param>
/// <param name="Size">Its size, bytes.</param>
/// <param name="Mtime">The share's mtime of it, ns.</param>
public sealed record PendingMove(
    long Volume, ulong FromParent, byte[] FromName, ulong ToParent, byte[] ToName, bool IsExchange, InodeGuard Guard,
    ulong Size, long Mtime)
{
    /// <summary>The note's own number; 0 until it is kept.</summary>
    public long Id { get; init; }

    /// <summary>Whether an earlier mount noted it.</summary>
    public bool IsOfBefore { get; init; }

    /// <summary>Where both ends are, below the volume's root; null where a directory on the way is not known.</summary>
    public byte[]? FromPath { get; init; }

    /// <summary>The same of the other end.</summary>
    public byte[]? ToPath { get; init; }
}

/// <summary>Names of the inodes that have a record, and of the directories above them.</summary>
public interface INameStore
{
    /// <summary>Whether any name is kept, without asking the database.</summary>
    bool HasNames { get; }

    /// <summary>Finds the number that goes with a name.</summary>
    OverlayStatus FindName(long volume, ulong parent, ReadOnlySpan<byte> name, out ulong ino);

    /// <summary>Whether anything is kept under a number: a name, names below it, or a record.</summary>
    OverlayStatus IsTaken(in InodeKey number, out bool taken);

    /// <summary>How many names of an inode are kept.</summary>
    OverlayStatus CountNames(in InodeKey number, out long count);

    /// <summary>
    /// Changes records and names in one transaction: all of them or none. If that fails, the names of a rename that is over
    /// are changed with the next call.
    /// </summary>
    /// <param name="records">A null record deletes.</param>
    /// <param name="names">After the records, in this order.</param>
    /// <param name="ended">The note of a rename that is over with this, or null.</param>
    OverlayStatus Apply(
        ReadOnlySpan<OverlayChange> records, ReadOnlySpan<NameChange> names, PendingMove? ended = null);

    /// <summary>Notes a rename before the share is asked for it; if the process dies, the next mount finds out.</summary>
    /// <param name="move">What is about to move.</param>
    /// <param name="noted">The note, for <see cref="Apply"/>.</param>
    OverlayStatus BeginMove(PendingMove move, out PendingMove? noted);

    /// <summary>The renames whose end was not noted, oldest first.</summary>
    IReadOnlyList<PendingMove> PendingMoves(long volume);
}
