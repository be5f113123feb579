using MetaFs.Overlay;

namespace MetaFs.Cli.Rebinding;

/// <summary>What was asked of <c>metafs rebind</c>.</summary>
/// <param name="Share">The directory as it is now.</param>
/// <param name="Database">The file.</param>
/// <param name="Volume">Whose records; null: there is one volume.</param>
/// <param name="ByPath">Inode numbers say nothing: the files are copies.</param>
/// <param name="Content">The share as it was, to compare content with.</param>
/// <param name="DryRun">Change nothing.</param>
/// <param name="Force">Also if most records do not fit.</param>
internal sealed record RebindRequest(
    string Share, string Database, long? Volume, bool ByPath, string? Content, bool DryRun, bool Force);

/// <summary>What a rebind found and did.</summary>
/// <param name="Database">The file.</param>
/// <param name="Before">The volume as it was.</param>
/// <param name="After">What it is now, or would be.</param>
/// <param name="Records">Records of the volume.</param>
/// <param name="Fitting">Those that a file of the share fits.</param>
/// <param name="NotComparable">Those that cannot be compared, as inode numbers move.</param>
/// <param name="IsDone">Whether the database was changed.</param>
internal sealed record RebindOutcome(
    string Database, Volume Before, VolumeIdentity After, long Records, long Fitting, long NotComparable, bool IsDone)
{
    /// <summary>What came of it by path; null: it went by number.</summary>
    public ByPathOutcome? ByPath { get; init; }
}

/// <summary>What there is to say of a rebind by path.</summary>
/// <param name="Moved">Records whose file was found under another path, by size and mtime.</param>
/// <param name="LostTimes">Paths of records whose times are gone, since size or mtime of the file are others.</param>
/// <param name="Unmatched">Records without a file: path, inode number of before, and why.</param>
/// <param name="Previous">Where the database of before is; null: it was not changed.</param>
internal sealed record ByPathOutcome(
    long Moved, IReadOnlyList<byte[]> LostTimes,
    IReadOnlyList<(byte[] Path, ulong Ino, string Why)> Unmatched, string? Previous);
