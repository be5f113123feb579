using MetaFs.Overlay;

namespace MetaFs.Cli.Transfer;

/// <summary>What records say, without looking at any file: only what is kept in the overlay.</summary>
internal static class RecordedEntries
{
    /// <summary>An entry a record.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="left">Told of those whose path is not known.</param>
    public static IEnumerable<Entry> Of(OverlayReader reader, Action<string, string> left)
    {
        foreach (OverlayRow row in reader.Rows())
        {
            if (row.Path is { } path)
                yield return EntryOf(row.Record, path is [(byte)'.'] ? [] : path, reader.XattrsWithValues(row));
            else
                left($"inode {row.Key.Ino}", "where it is, is not known");
        }
    }

    private static Entry EntryOf(InodeRecord record, byte[] path, IEnumerable<OverlaidXattr> xattrs) => new()
    {
        Path = path,
        Type = record.Guard.FileType,
        Uid = record.Uid?.Value,
        Gid = record.Gid?.Value,
        Mode = record.Mode?.Value,
        Atime = record.Atime?.Nanoseconds,
        Mtime = record.Mtime?.Nanoseconds,
        Target = record.Object?.Target,
        Xattrs =
        [
            .. xattrs.Where(static xattr => xattr.Value is not null)
                .Select(static xattr => new EntryXattr(TextLines.Text(xattr.Name), xattr.Value!)),
        ],
    };
}
