// The statements of table xattr. What locks and transactions they need is their caller's business.
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Reads and writes extended attributes on a store's two connections.</summary>
/// <remarks>
/// Rows count only while the inode's record names their kind. A row that was left behind by a record that is gone is never
/// seen: a record's first attribute deletes everything that is there.
/// </remarks>
internal sealed class XattrTable
{
    /// <summary>A result beside SQLite's own: more than <see cref="XattrLimits"/>.</summary>
    public const int TooMuch = -1;

    private readonly SqliteStatement _get;
    private readonly SqliteStatement _names;
    private readonly SqliteStatement _values;
    private readonly SqliteStatement _totals;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _remove;
    private readonly SqliteStatement _removeAll;
    private readonly SqliteStatement _removeOrphans;
    private readonly SqliteStatement _quarantine;
    private readonly SqliteStatement _trimQuarantine;

    public XattrTable(SqliteDatabase writer, SqliteDatabase reader)
    {
        _get = reader.Prepare(OverlaySchema.GetXattr);
        _names = reader.Prepare(OverlaySchema.XattrNames);
        _values = reader.Prepare(OverlaySchema.XattrValues);
        _totals = writer.Prepare(OverlaySchema.XattrTotals);
        _put = writer.Prepare(OverlaySchema.PutXattr);
        _remove = writer.Prepare(OverlaySchema.RemoveXattr);
        _removeAll = writer.Prepare(OverlaySchema.RemoveXattrs);
        _removeOrphans = writer.Prepare(OverlaySchema.RemoveOrphanXattrs);
        _quarantine = writer.Prepare(OverlaySchema.QuarantineXattrs);
        _trimQuarantine = writer.Prepare(OverlaySchema.TrimQuarantineXattrs);
        MayHaveRows = writer.QueryInteger(OverlaySchema.AnyXattr) != 0;
    }

    /// <summary>Whether there may be a row; while not, nothing has to be deleted. Never goes back to false.</summary>
    public bool MayHaveRows { get; private set; }

    /// <summary>Looks one attribute up. Under the reader's lock.</summary>
    /// <param name="key">The inode.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">Where its value goes, if there is room for it.</param>
    /// <param name="size">Size of the value; null: hidden.</param>
    /// <returns>SQLITE_ROW, SQLITE_DONE (there is none) or an error.</returns>
    public int Get(in InodeKey key, byte[] name, Span<byte> value, out int? size)
    {
        size = null;
        Bind(_get, key);
        _get.Bind(3, name);
        int result = _get.Step();
        if (result == raw.SQLITE_ROW && _get.Type(0) != raw.SQLITE_NULL)
        {
            ReadOnlySpan<byte> stored = _get.Bytes(0);
            size = stored.Length;
            if (stored.Length <= XattrLimits.LargestValue && stored.Length <= value.Length)
                stored.CopyTo(value);
        }

        _get.Reset();
        return size > XattrLimits.LargestValue ? raw.SQLITE_TOOBIG : result;
    }

    /// <summary>Reads all attributes of an inode, by name; what is beyond the limits is left out. Under the reader's lock.</summary>
    /// <returns>SQLITE_DONE or an error.</returns>
    public int ReadAll(in InodeKey key, bool withValues, List<OverlaidXattr> xattrs)
    {
        SqliteStatement row = withValues ? _values : _names;
        Bind(row, key);
        int result = Read(row, withValues, xattrs);
        row.Reset();
        return result;
    }

    /// <summary>Reads the rows of <see cref="OverlaySchema.XattrNames"/> or <see cref="OverlaySchema.XattrValues"/>.</summary>
    public static int Read(SqliteStatement row, bool withValues, List<OverlaidXattr> xattrs)
    {
        int names = 0;
        long values = 0;
        int result;
        while ((result = row.Step()) == raw.SQLITE_ROW)
        {
            ReadOnlySpan<byte> name = row.Bytes(0);
            long size = row.Integer(1);
            names += name.Length + 1;
            values += size;
            if (names > XattrLimits.Names || values is < 0 or > XattrLimits.Values)
                return raw.SQLITE_DONE;
            if (name.Length is 0 or > XattrLimits.LongestName || size is < 0 or > XattrLimits.LargestValue)
                continue;
            bool isHidden = row.Integer(2) != 0;
            byte[]? value = withValues && !isHidden ? row.Bytes(3).ToArray() : null;
            xattrs.Add(new OverlaidXattr(name.ToArray(), value?.Length ?? (int)size, value, isHidden));
        }

        return result;
    }

    /// <summary>Makes changes. Within the writer's transaction.</summary>
    /// <returns>SQLITE_DONE, <see cref="TooMuch"/> or an error.</returns>
    public int Write(in InodeKey key, ReadOnlySpan<XattrChange> changes, bool isFirst)
    {
        MayHaveRows = true;
        int result = isFirst ? RemoveAll(key) : raw.SQLITE_DONE;
        bool grows = false;
        foreach (XattrChange change in changes)
        {
            if (result != raw.SQLITE_DONE)
                return result;
            SqliteStatement statement = change.To is null ? _remove : _put;
            Bind(statement, key);
            statement.Bind(3, change.Name);
            if (change.To is { } kept)
            {
                grows = true;
                statement.Bind(4, kept.Value);
            }

            result = statement.Run();
        }

        return grows && result == raw.SQLITE_DONE ? CheckTotals(key) : result;
    }

    /// <summary>Deletes all rows of an inode. Within the writer's transaction.</summary>
    public int RemoveAll(in InodeKey key)
    {
        Bind(_removeAll, key);
        return _removeAll.Run();
    }

    /// <summary>Deletes the rows of an inode that has no record. Within the writer's transaction.</summary>
    public int RemoveOrphans(in InodeKey key)
    {
        Bind(_removeOrphans, key);
        return _removeOrphans.Run();
    }

    /// <summary>Moves all rows of an inode to its record, which was quarantined last. Within that transaction.</summary>
    public int Quarantine(in InodeKey key)
    {
        Bind(_quarantine, key);
        int result = _quarantine.Run();
        if (result == raw.SQLITE_DONE)
            result = RemoveAll(key);
        if (result != raw.SQLITE_DONE)
            return result;
        _trimQuarantine.Bind(1, OverlaySchema.QuarantineRows);
        return _trimQuarantine.Run();
    }

    private int CheckTotals(in InodeKey key)
    {
        Bind(_totals, key);
        int result = _totals.Step();
        bool fits = result == raw.SQLITE_ROW
            && _totals.Integer(0) <= XattrLimits.Names && _totals.Integer(1) <= XattrLimits.Values;
        _totals.Reset();
        if (result != raw.SQLITE_ROW)
            return result;
        return fits ? raw.SQLITE_DONE : TooMuch;
    }

    private static void Bind(SqliteStatement statement, in InodeKey key)
    {
        statement.Bind(1, key.Volume);
        statement.Bind(2, key.Ino);
    }
}
