namespace MetaFs.Passthrough.Control;

/// <summary>What a mount says of itself.</summary>
/// <param name="Version">The daemon's version.</param>
/// <param name="Pid">The daemon's process.</param>
/// <param name="Source">The share's directory.</param>
/// <param name="MountPoint">The mount point, as it was given.</param>
/// <param name="Database">The database's path.</param>
/// <param name="FileSystem">The share's type as in mountinfo.</param>
/// <param name="StableInodes">Whether the share's inode numbers survive a remount.</param>
/// <param name="Passthrough">Whether the kernel reads and writes the share's files itself.</param>
/// <param name="RootFd">
/// The daemon's descriptor of the share's directory: /proc/PID/fd/N leads to the share also where the mount covers it.
/// </param>
/// <param name="Counters">What is alive now: nodes, handles.</param>
public sealed record ControlInfo(
    string Version, int Pid, string Source, string MountPoint, string Database, string FileSystem, bool StableInodes,
    bool Passthrough, int RootFd, Dictionary<string, long> Counters);

/// <summary>One side's attributes of an inode.</summary>
/// <param name="Type">"file", "directory", "symlink", "fifo", "socket", "char", "block".</param>
/// <param name="Mode">Permission bits, 07777.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Ino">st_ino.</param>
/// <param name="Nlink">Links.</param>
/// <param name="AtimeNs">ns since the epoch.</param>
/// <param name="MtimeNs">ns since the epoch.</param>
/// <param name="CtimeNs">ns since the epoch.</param>
/// <param name="BtimeNs">ns since the epoch; null: the share keeps none.</param>
public sealed record ControlAttributes(
    string Type, uint Mode, uint Uid, uint Gid, ulong Size, ulong Ino, uint Nlink, long AtimeNs, long MtimeNs, long CtimeNs,
    long? BtimeNs);

/// <summary>One recorded field.</summary>
/// <param name="Name">"uid", "gid", "mode", "atime", "mtime".</param>
/// <param name="Value">The recorded value; times in ns.</param>
/// <param name="Reason">"refused", "ignored", "rounded", "created", "option", "kept".</param>
/// <param name="Errno">The share's answer as a word, for "refused".</param>
/// <param name="Valid">Whether it is served.</param>
/// <param name="Why">Why not.</param>
public sealed record ControlField(string Name, long Value, string Reason, string? Errno, bool Valid, string? Why)
{
    /// <summary>When it was set, ns since the epoch.</summary>
    public long? SetAtNs { get; init; }

    /// <summary>The user whose call that was; null: not known.</summary>
    public uint? SetBy { get; init; }
}

/// <summary>What the share showed when times were recorded, and what that says now.</summary>
/// <param name="MtimeNs">Its mtime then, ns since the epoch.</param>
/// <param name="Size">Its size then.</param>
/// <param name="TakenAtNs">When that was, this machine's clock.</param>
/// <param name="State">"holds"; "late stamp": the share moved mtime after the last close; "void": the data changed.</param>
public sealed record ControlWitness(long MtimeNs, ulong Size, long TakenAtNs, string State);

/// <summary>One extended attribute in the overlay.</summary>
/// <param name="Name">With its name space; U+FFFD for what is not UTF-8.</param>
/// <param name="Size">Of the value, bytes.</param>
/// <param name="Hidden">It has no value: the share's attribute of that name was removed, and the share would not.</param>
public sealed record ControlXattr(string Name, int Size, bool Hidden);

/// <summary>What the overlay makes of one file.</summary>
/// <param name="Effective">What programs see.</param>
/// <param name="Share">What the share shows.</param>
/// <param name="Fields">What is recorded.</param>
/// <param name="SetAtNs">When the record was last written, ns since the epoch.</param>
/// <param name="GuardKind">What proves the file's identity beyond its inode number: "birth time", "file handle", "type only".</param>
/// <param name="HasRecord">Whether there is a record.</param>
public sealed record ControlShow(
    ControlAttributes Effective, ControlAttributes Share, IReadOnlyList<ControlField> Fields, long? SetAtNs,
    string? GuardKind, bool HasRecord)
{
    /// <summary>The user who last changed the record; null: not known.</summary>
    public uint? SetBy { get; init; }

    /// <summary>Whether the guard is the file's; null: there is no record.</summary>
    public bool? GuardHolds { get; init; }

    /// <summary>The proof of recorded times; null: there are none.</summary>
    public ControlWitness? Witness { get; init; }

    /// <summary>Extended attributes in the overlay by name: as many as an answer has room for.</summary>
    public IReadOnlyList<ControlXattr> Xattrs { get; init; } = [];

    /// <summary>How many there are.</summary>
    public int XattrCount { get; init; }
}
