namespace MetaFs.Overlay;

/// <summary>What proves that an inode number still means the file that a record was made for.</summary>
public enum GuardKind : byte
{
    /// <summary>The share gives nothing but the file type.</summary>
    None = 0,

    /// <summary>Creation time, ns since the epoch (statx btime).</summary>
    BirthTime = 1,

    /// <summary>A 64-bit hash of the file handle, which carries the inode's generation (name_to_handle_at).</summary>
    FileHandle = 2,
}

/// <summary>Identity beyond the inode number.</summary>
/// <param name="FileType">S_IFMT bits.</param>
/// <param name="Kind">What <paramref name="Value"/> is.</param>
/// <param name="Value">0 for <see cref="GuardKind.None"/>.</param>
public readonly record struct InodeGuard(uint FileType, GuardKind Kind, long Value)
{
    /// <summary>Whether both can be one file: types equal, and values equal where both have the same kind.</summary>
    /// <remarks>Kinds differ after a kernel learnt to show birth times: that proves nothing against the file.</remarks>
    public bool Matches(in InodeGuard other) =>
        FileType == other.FileType && (Kind != other.Kind || Value == other.Value);
}

/// <summary>Why a value is kept here instead of on the share.</summary>
public enum ReasonKind : byte
{
    /// <summary>The share answered with an errno.</summary>
    Refused = 1,

    /// <summary>The share answered success and shows another value.</summary>
    Ignored = 2,

    /// <summary>The share keeps times more coarsely.</summary>
    Rounded = 3,

    /// <summary>The file was made so, and the share shows its own owner or mode.</summary>
    Created = 4,

    /// <summary>Asked for by a mount option: the share was not tried.</summary>
    Option = 5,

    /// <summary>The share's file keeps a safer mode: owner access for the daemon, no suid for a false owner.</summary>
    Kept = 6,
}

/// <summary>When and by whom a value was set.</summary>
/// <param name="SetAt">ns since the epoch, this machine's clock.</param>
/// <param name="SetBy">The user whose call it was; null: not known.</param>
public sealed record Origin(long SetAt, uint? SetBy);

/// <summary>A reason, with the errno where there is one.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Errno">The share's answer, 0 where it gave none.</param>
/// <param name="Origin">When and by whom, where that was before the record's last change; null: with it.</param>
public readonly record struct Reason(ReasonKind Kind, int Errno = 0, Origin? Origin = null);

/// <summary>A recorded owner or group.</summary>
public readonly record struct IdValue(uint Value, Reason Reason);

/// <summary>A recorded mode: the permission bits (07777), never the type.</summary>
public readonly record struct ModeValue(uint Value, Reason Reason);

/// <summary>A recorded time, ns since the epoch.</summary>
public readonly record struct TimeValue(long Nanoseconds, Reason Reason);

/// <summary>What the share showed when a time was recorded: if its data changes, the recorded time is void.</summary>
/// <param name="Mtime">The share's mtime, ns.</param>
/// <param name="Ctime">The share's ctime, ns.</param>
/// <param name="Size">Bytes.</param>
/// <param name="TakenAt">When, by this machine's clock, ns.</param>
/// <param name="SettledAt">
/// When the last writable handle was closed, by this machine's clock, ns; the share may stamp until a little later.
/// </param>
public readonly record struct TimeWitness(long Mtime, long Ctime, ulong Size, long TakenAt, long SettledAt);

/// <summary>The overlay's row for one inode. Immutable: a change is a <c>with</c> and a write.</summary>
public sealed record InodeRecord
{
    /// <summary>Identity beyond the inode number.</summary>
    public required InodeGuard Guard { get; init; }

    /// <summary>Owner, if kept here.</summary>
    public IdValue? Uid { get; init; }

    /// <summary>Group, if kept here.</summary>
    public IdValue? Gid { get; init; }

    /// <summary>Permission bits, if kept here.</summary>
    public ModeValue? Mode { get; init; }

    /// <summary>Access time, if kept here.</summary>
    public TimeValue? Atime { get; init; }

    /// <summary>Modification time, if kept here.</summary>
    public TimeValue? Mtime { get; init; }

    /// <summary>The share's state when <see cref="Atime"/> or <see cref="Mtime"/> was recorded.</summary>
    public TimeWitness? Witness { get; init; }

    /// <summary>Change time of the last recorded change, ns; shown where later than the share's. 0: none.</summary>
    public long Ctime { get; init; }

    /// <summary>When the record was last written, ns since the epoch, this machine's clock.</summary>
    public long SetAt { get; init; }

    /// <summary>The user who did that; null: not known.</summary>
    public uint? SetBy { get; init; }

    /// <summary>Where the inode was last seen.</summary>
    public PathHint Hint { get; init; }

    /// <summary>What the inode is, if the share has a plain file in its place.</summary>
    public EmulatedObject? Object { get; init; }

    /// <summary>S_IFMT bits of what the share shows of it.</summary>
    public uint TypeOnShare => Object is null ? Guard.FileType : RegularFile;

    private const uint RegularFile = 0x8000;

    /// <summary>When and by whom a field of this record was set.</summary>
    public Origin OriginOf(in Reason field) => field.Origin ?? new Origin(SetAt, SetBy);

    /// <summary>Of which name spaces extended attributes are kept.</summary>
    public XattrKinds Xattrs { get; init; }

    /// <summary>Whether nothing is kept but guard and hint: such a record need not exist.</summary>
    public bool IsEmpty =>
        Uid is null && Gid is null && Mode is null && Atime is null && Mtime is null && Object is null
        && Xattrs == XattrKinds.None;
}
