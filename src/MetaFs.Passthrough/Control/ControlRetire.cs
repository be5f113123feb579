namespace MetaFs.Passthrough.Control;

/// <summary>An order to take records out of service.</summary>
/// <param name="Delete">Whether they are deleted; else they are kept in quarantine.</param>
/// <param name="Reason">Why, for people; kept with what goes into quarantine.</param>
/// <param name="Records">Which.</param>
public sealed record ControlRetire(bool Delete, string Reason, IReadOnlyList<ControlRecord> Records);

/// <summary>One record.</summary>
/// <param name="Volume">Its share's number in the database.</param>
/// <param name="Ino">Its inode number.</param>
/// <param name="SetAtNs">Its last change, so that no other one is taken for it; null: it cannot be read.</param>
public sealed record ControlRecord(long Volume, ulong Ino, long? SetAtNs);
