using MetaFs.Cli.Reports;
using MetaFs.Overlay;

namespace MetaFs.Cli.Selecting;

/// <summary>Which records a command is about; what is null asks nothing.</summary>
internal sealed record RecordFilter
{
    /// <summary>Where the file was last seen; a record without a known path never fits.</summary>
    public PathPattern? Path { get; init; }

    /// <summary>The recorded owner.</summary>
    public uint? Owner { get; init; }

    /// <summary>The recorded group.</summary>
    public uint? Group { get; init; }

    /// <summary>One of <see cref="ReasonText.Listed"/>, or an errno's name; of any field.</summary>
    public string? Reason { get; init; }

    /// <summary>Last changed before this, ns since the epoch.</summary>
    public long? Before { get; init; }

    /// <summary>Last changed after this, ns since the epoch.</summary>
    public long? After { get; init; }

    /// <summary>Whether a record is meant, as far as the record itself tells.</summary>
    public bool Matches(OverlayRow row)
    {
        InodeRecord record = row.Record;
        return (Path is null || (row.Path is { } path && Path.Matches(path)))
            && (Owner is null || record.Uid?.Value == Owner)
            && (Group is null || record.Gid?.Value == Group)
            && (Before is null || record.SetAt < Before)
            && (After is null || record.SetAt > After)
            && (Reason is null || HasReason(record, Reason));
    }

    private static bool HasReason(InodeRecord record, string word) =>
        (word == ReasonText.Xattrs && record.Xattrs != XattrKinds.None)
        || (word == ReasonText.Placeholder && record.Object is not null)
        || Is(record.Uid?.Reason, word) || Is(record.Gid?.Reason, word) || Is(record.Mode?.Reason, word)
        || Is(record.Atime?.Reason, word) || Is(record.Mtime?.Reason, word);

    private static bool Is(Reason? reason, string word) =>
        reason is { } given
        && (ReasonText.NameOf(given.Kind) == word
            || string.Equals(ReasonText.ErrnoOf(given), word, StringComparison.OrdinalIgnoreCase));
}
