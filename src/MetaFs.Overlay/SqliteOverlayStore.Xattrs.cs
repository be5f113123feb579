// Extended attributes, each change in one transaction with its record.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    // Its reading statements are guarded by _readGate, the others by _writeGate.
    private readonly XattrTable _xattrs;

    /// <inheritdoc/>
    public OverlayStatus GetXattr(in InodeKey key, byte[] name, Span<byte> value, out int? size)
    {
        size = null;
        lock (_readGate)
        {
            if (_disposed)
                return Closed();
            int result = _xattrs.Get(key, name, value, out size);
            return result switch
            {
                raw.SQLITE_ROW => OverlayStatus.Ok,
                raw.SQLITE_DONE => OverlayStatus.NotFound,
                _ => Fail(_reader, "reading an extended attribute", result),
            };
        }
    }

    /// <inheritdoc/>
    public OverlayStatus GetXattrs(in InodeKey key, bool withValues, out IReadOnlyList<OverlaidXattr> xattrs)
    {
        List<OverlaidXattr> found = [];
        xattrs = found;
        lock (_readGate)
        {
            if (_disposed)
                return Closed();
            int result = _xattrs.ReadAll(key, withValues, found);
            return result == raw.SQLITE_DONE ? OverlayStatus.Ok : Fail(_reader, "reading extended attributes", result);
        }
    }

    /// <inheritdoc/>
    public OverlayStatus PutXattrs(in InodeKey key, InodeRecord record, ReadOnlySpan<XattrChange> changes, bool isFirst)
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
            int result = _begin.Run();
            if (result == raw.SQLITE_DONE)
                result = _xattrs.Write(key, changes, isFirst);
            if (result == raw.SQLITE_DONE)
                result = RunPut(key, record);
            if (result != XattrTable.TooMuch)
                return FinishTransaction("writing extended attributes", result);
            _writer.AbandonTransaction();
            return OverlayStatus.Full;
        }
    }

    // A deletion that has to look after attributes too. Under _writeGate.
    private OverlayStatus RemoveWithXattrs(in InodeKey key, InodeRecord? record)
    {
        if (Drain() is var drained && drained != OverlayStatus.Ok)
            return drained;
        int result = _begin.Run();
        if (result == raw.SQLITE_DONE)
            result = record is null ? RunKey(_remove, key) : RunRemove(key, record);
        if (result == raw.SQLITE_DONE)
            result = _xattrs.RemoveOrphans(key);
        return FinishTransaction("deleting a record", result);
    }
}
