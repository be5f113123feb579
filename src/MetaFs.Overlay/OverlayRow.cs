namespace MetaFs.Overlay;

/// <summary>A record as <see cref="OverlayReader"/> gives it.</summary>
/// <param name="Volume">The share; null where the database has no row for it.</param>
/// <param name="Key">Volume and inode number.</param>
/// <param name="Record">The record.</param>
/// <param name="Path">
/// Where it was last seen, below the share's root and without a leading slash, "." for the root itself; bytes. Null
/// where the database does not know a directory on the way.
/// </param>
public sealed record OverlayRow(Volume? Volume, InodeKey Key, InodeRecord Record, byte[]? Path)
{
    /// <summary>Its extended attributes, without values; empty where the record says that it has none.</summary>
    public IReadOnlyList<OverlaidXattr> Xattrs { get; init; } = [];
}

/// <summary>A record out of service.</summary>
/// <param name="Key">The inode that it was of.</param>
/// <param name="Record">The record as it was.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="MovedAt">When, ns since the epoch, this machine's clock.</param>
public sealed record QuarantinedRow(InodeKey Key, InodeRecord Record, string Reason, long MovedAt);

/// <summary>How many rows a database has.</summary>
/// <param name="Records">Records in service.</param>
/// <param name="Directories">Directories whose place is known.</param>
/// <param name="Quarantined">Records out of service.</param>
/// <param name="Xattrs">Extended attributes, those of no record among them.</param>
/// <param name="OrphanXattrs">Those of no record: nobody sees them; they go when the inode gets a first attribute.</param>
public readonly record struct OverlayCounts(
    long Records, long Directories, long Quarantined, long Xattrs = 0, long OrphanXattrs = 0);
