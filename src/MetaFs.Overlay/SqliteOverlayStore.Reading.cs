// Look-ups: what is on its way into the tables first; those between two writes share one transaction.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    private readonly SqliteStatement _beginReading;
    private readonly SqliteStatement _endReading;

    // Written under _readGate. Read without: whoever has written looks after the commit, and a look-up that begins a
    // transaction after that sees what was written.
    private volatile bool _isReading;

    /// <inheritdoc/>
    public OverlayStatus Get(in InodeKey key, out InodeRecord? record)
    {
        record = null;
        if (_pending.TryGet(key, out PendingRecord pending) && pending.OnlySetAt is null)
        {
            record = pending.Record;
            return record is null ? OverlayStatus.NotFound : OverlayStatus.Ok;
        }

        OverlayStatus status = GetFromTable(key, out record);
        if (record is null || pending.OnlySetAt != record.SetAt)
            return status;
        record = null;
        return OverlayStatus.NotFound;
    }

    private OverlayStatus GetFromTable(in InodeKey key, out InodeRecord? record)
    {
        record = null;
        lock (_readGate)
        {
            if (_disposed)
                return Closed();
            BeginReading();
            _get.Bind(1, key.Volume);
            _get.Bind(2, key.Ino);
            int result = _get.Step();
            string? problem = result == raw.SQLITE_ROW ? RecordRow.Read(_get, out record) : null;
            _get.Reset();
            if (problem is not null)
                return Refuse(key, problem);
            return result switch
            {
                raw.SQLITE_ROW => OverlayStatus.Ok,
                raw.SQLITE_DONE => OverlayStatus.NotFound,
                _ => Fail(_reader, "reading a record", result),
            };
        }
    }

    /// <summary>
    /// Begins the transaction, unless it is there: a look-up of its own takes and drops a lock on the file and looks at the
    /// log's index each time, which is most of its cost. Call under _readGate.
    /// </summary>
    private void BeginReading()
    {
        if (_isReading)
            return;
        _isReading = true;
        _ = _beginReading.Run();
    }

    /// <summary>
    /// Ends it: before a write, since the log cannot begin anew while somebody reads in it, and after, since the next look-up
    /// must see what was written. Call under _writeGate.
    /// </summary>
    private void EndReading()
    {
        Interlocked.MemoryBarrier();
        if (!_isReading)
            return;
        lock (_readGate)
        {
            if (!_isReading || _disposed)
                return;
            _ = _endReading.Run();
            _isReading = raw.sqlite3_get_autocommit(_reader.Handle) == 0;
        }
    }
}
