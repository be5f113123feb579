// The seam between attributes and their database (row 6 of the request's way).
namespace MetaFs.Overlay;

/// <summary>How a call on the database ended. The detail is logged where it happens.</summary>
public enum OverlayStatus
{
    /// <summary>Done; a change is in the log and survives the end of this process.</summary>
    Ok = 0,

    /// <summary>No row.</summary>
    NotFound,

    /// <summary>The database's disk is full.</summary>
    Full,

    /// <summary>The database cannot be written.</summary>
    ReadOnly,

    /// <summary>An I/O error, a corrupted file, or the file is gone.</summary>
    Failed,
}

/// <summary>Records by inode. Thread-safe; calls block for the length of one small transaction.</summary>
/// <remarks>
/// Durability: when <see cref="Put"/>, <see cref="Remove"/> or <see cref="Apply"/> answers Ok, the change survives
/// SIGKILL. <see cref="Sync"/> makes all earlier changes survive power loss.
/// </remarks>
public interface IOverlayStore : INameStore, IDisposable
{
    /// <summary>Whether there is no record at all, without asking the database: the common case is free.</summary>
    bool IsEmpty { get; }

    /// <summary>Transactions that were committed since it was opened.</summary>
    long Commits { get; }

    /// <summary>Reads one record. The guard is not looked at.</summary>
    OverlayStatus Get(in InodeKey key, out InodeRecord? record);

    /// <summary>Inserts or replaces one record.</summary>
    OverlayStatus Put(in InodeKey key, InodeRecord record);

    /// <summary>Deletes one record and its attributes; Ok also where there was none.</summary>
    OverlayStatus Remove(in InodeKey key);

    /// <summary>Deletes one record, unless another one has its place by now.</summary>
    /// <remarks>
    /// A removed inode's number is free as soon as the share has removed it: another thread may have made a file of that
    /// number, and its record, before this call.
    /// </remarks>
    OverlayStatus Remove(in InodeKey key, InodeRecord record);

    /// <summary>Reads one extended attribute; asked only where the inode's record names its kind.</summary>
    /// <param name="key">The inode.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">Where its value goes, if there is room for all of it.</param>
    /// <param name="size">Size of the value; null: the share's attribute of that name is hidden.</param>
    OverlayStatus GetXattr(in InodeKey key, byte[] name, Span<byte> value, out int? size);

    /// <summary>Reads all extended attributes of an inode, in the order of their names.</summary>
    OverlayStatus GetXattrs(in InodeKey key, bool withValues, out IReadOnlyList<OverlaidXattr> xattrs);

    /// <summary>Changes extended attributes and the record that says of which kinds there are any, in one transaction.</summary>
    /// <param name="key">The inode.</param>
    /// <param name="record">Its record from now on.</param>
    /// <param name="changes">What changes; all of it or nothing.</param>
    /// <param name="isFirst">The record named no kind before: whatever lies there is of an earlier use of the number.</param>
    /// <returns>Full also where the file has more than <see cref="XattrLimits"/> then.</returns>
    OverlayStatus PutXattrs(in InodeKey key, InodeRecord record, ReadOnlySpan<XattrChange> changes, bool isFirst);

    /// <summary>Makes several changes in one transaction: all of them or none. A null record deletes.</summary>
    OverlayStatus Apply(ReadOnlySpan<OverlayChange> changes);

    /// <summary>Remembers where a directory is, so that hints below it make a path.</summary>
    OverlayStatus PutDirectory(in InodeKey directory, in PathHint hint);

    /// <summary>Forgets a directory's place.</summary>
    OverlayStatus RemoveDirectory(in InodeKey directory);

    /// <summary>Notes that a record's file is about to lose its last name.</summary>
    /// <remarks>
    /// For records without a guard: if the process dies before <see cref="Remove"/>, the next mount finds out by the
    /// name whether the file is gone, before another file gets its inode number.
    /// </remarks>
    OverlayStatus BeginRemoval(in InodeKey key);

    /// <summary>Takes the note back: the file is there still, or its record is gone too.</summary>
    OverlayStatus EndRemoval(in InodeKey key);

    /// <summary>The notes that nobody took back.</summary>
    IReadOnlyList<PendingRemoval> PendingRemovals(long volume);

    /// <summary>Notes that a file was moved aside, into the volume's hidden directory, for another one to take its name.</summary>
    /// <remarks>
    /// If the process dies before the other one has the name, the next mount gives the file its name back; where the path is
    /// empty, it removes the file.
    /// </remarks>
    /// <param name="volume">The volume.</param>
    /// <param name="hidden">The file's name in the hidden directory.</param>
    /// <param name="path">Where it was, below the volume's root; empty: the other one has the name by now.</param>
    OverlayStatus BeginReplacement(long volume, string hidden, ReadOnlySpan<byte> path);

    /// <summary>Takes the note back: the file is removed, or has its name again.</summary>
    OverlayStatus EndReplacement(long volume, string hidden);

    /// <summary>The notes that nobody took back.</summary>
    IReadOnlyList<PendingReplacement> PendingReplacements(long volume);

    /// <summary>Moves a record out of service, keeping it for inspection; Ok also where there was none.</summary>
    /// <param name="key">The inode whose number was reused.</param>
    /// <param name="reason">Text for people.</param>
    /// <param name="record">What was read; another one that has its place by now is left alone.</param>
    OverlayStatus Quarantine(in InodeKey key, string reason, InodeRecord? record = null);

    /// <summary>Whether the database has met a share before, without asking it.</summary>
    bool HasVolumes { get; }

    /// <summary>All volumes by id, as they are now; a share that is refused is compared with these.</summary>
    IReadOnlyList<Volume> Volumes();

    /// <summary>Looks for the volume without adding or changing a row.</summary>
    /// <returns>Ok, or NotFound: with <see cref="HasVolumes"/> that means a database of another share.</returns>
    OverlayStatus FindVolume(in VolumeIdentity identity, out Volume? volume);

    /// <summary>Finds the volume's row, brings its source and birth time up to date, or adds a row.</summary>
    OverlayStatus OpenVolume(in VolumeIdentity identity, out Volume? volume);

    /// <summary>Keeps what was learnt of a volume.</summary>
    /// <returns>NotFound where no such volume was opened.</returns>
    OverlayStatus PutTraits(long volume, in VolumeTraits traits);

    /// <summary>Keeps the name of a volume's hidden directory.</summary>
    /// <returns>NotFound where no such volume was opened.</returns>
    OverlayStatus PutHiddenDirectory(long volume, string name);

    /// <summary>Makes every earlier change survive power loss.</summary>
    OverlayStatus Sync();
}

/// <summary>One change of <see cref="IOverlayStore.Apply"/>.</summary>
public readonly record struct OverlayChange(InodeKey Key, InodeRecord? Record);

/// <summary>A removal that may have happened or not.</summary>
/// <param name="Key">The inode.</param>
/// <param name="FileType">S_IFMT bits of what the share showed; 0 if there is none any more.</param>
/// <param name="Path">Where it was last seen, below the volume's root; null where that is not known.</param>
public sealed record PendingRemoval(InodeKey Key, uint FileType, byte[]? Path)
{
    /// <summary>All its names, on a volume that is kept by name.</summary>
    public IReadOnlyList<KeptName> Names { get; init; } = [];
}

/// <summary>One name of an inode that is known by its names.</summary>
/// <param name="Place">Its row.</param>
/// <param name="Path">Where that is, below the volume's root; null where that is not known.</param>
public readonly record struct KeptName(PathHint Place, byte[]? Path);

/// <summary>A file that lies in the hidden directory, perhaps although nothing has taken its name.</summary>
/// <param name="Hidden">Its name there.</param>
/// <param name="Path">Where it was, below the volume's root; empty: another file has the name.</param>
public sealed record PendingReplacement(string Hidden, byte[] Path);
