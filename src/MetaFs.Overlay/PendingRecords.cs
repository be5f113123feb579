using System.Diagnostics.CodeAnalysis;

namespace MetaFs.Overlay;

/// <summary>What the log says of one inode's record.</summary>
/// <param name="Record">The record; null: it is deleted.</param>
/// <param name="OnlySetAt">Where it is deleted: only if it was set at that time; null: whatever is there.</param>
internal readonly record struct PendingRecord(InodeRecord? Record, long? OnlySetAt);

/// <summary>The changes that are in the log and not in the tables: the last one of each record. Thread-safe.</summary>
internal sealed class PendingRecords
{
    // Guards _rows against looks from outside the store's write gate, under which alone it changes. The innermost lock.
    private readonly Lock _gate = new();
    private readonly Dictionary<InodeKey, PendingRecord> _rows = [];
    private volatile int _count;

    /// <summary>How many records.</summary>
    public int Count => _count;

    /// <summary>Goes through them. Under the store's write gate.</summary>
    public Dictionary<InodeKey, PendingRecord>.Enumerator GetEnumerator() => _rows.GetEnumerator();

    public bool TryGet(in InodeKey key, [MaybeNullWhen(false)] out PendingRecord row)
    {
        row = default;
        if (_count == 0)
            return false;
        lock (_gate)
            return _rows.TryGetValue(key, out row);
    }

    /// <summary>Notes a change. Under the store's write gate.</summary>
    public void Set(in InodeKey key, in PendingRecord row)
    {
        lock (_gate)
        {
            _rows[key] = row;
            _count = _rows.Count;
        }
    }

    /// <summary>The tables have them all. Under the store's write gate.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rows.Clear();
            _count = 0;
        }
    }
}
