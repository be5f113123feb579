// Look-ups between two writes share one transaction.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    private readonly SqliteStatement _beginReading;
    private readonly SqliteStatement _endReading;

    // Written under _readGate. Read without: whoever has written looks after the commit, and a look-up that begins a
    // transaction after that sees what was written.
    private volatile bool _isReading;

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
