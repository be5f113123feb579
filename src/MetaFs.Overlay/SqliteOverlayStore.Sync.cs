// Surviving power loss.
using Microsoft.Win32.SafeHandles;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    // Keeps the log's file open only to sync it. A log is deleted only by the last connection, and changing the
    // journal mode needs a lock that our connections' shared locks refuse: while this store is open it is this file.
    private readonly SafeFileHandle _walFile;

    // Guards _synced and _syncBroken; taken around the sync, so that callers that wait find it done.
    private readonly Lock _syncGate = new();

    // How many changes have been committed, and up to which of them the log is known to be on disk. Starts with one
    // that is not: a log left by a killed process may never have been synced.
    private long _commits = 1;
    private long _synced;
    private bool _syncBroken;

    private readonly Func<SafeFileHandle, string?> _flush;
    private readonly Func<bool> _hasName;
    private readonly Func<bool> _hasLogName;

    /// <inheritdoc/>
    public long Commits => Volatile.Read(ref _commits) - 1;

    /// <inheritdoc/>
    /// <remarks>
    /// Syncing the log is enough, without a lock against writers and checkpoints. A commit is in the log's current run,
    /// or a later run has overwritten it. SQLite begins a new run only when a checkpoint has copied every frame of the
    /// old one, and such a checkpoint syncs the log, copies, and syncs the database before it says so (sqlite3.c,
    /// walCheckpoint); with synchronous = NORMAL it skips neither. So at every moment each commit is in the log or in a
    /// synced database, and what leaves the log while the sync below is running leaves it for a synced database. A torn
    /// tail after power loss fails its checksum and is later than what was synced. The name of a new log is synced by
    /// SQLite: its first sync of a file that it opened, which is that of the log's header before the first frame, syncs
    /// the directory too, and with it the database's name.
    /// </remarks>
    public OverlayStatus Sync()
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
        }

        long wanted = Volatile.Read(ref _commits);
        lock (_syncGate)
        {
            if (_synced >= wanted)
                return OverlayStatus.Ok;

            // After a failed sync Linux marks the pages clean: a second one would answer success for data that is lost.
            if (_syncBroken)
                return FailSync("an earlier sync failed; unmount and mount again");
            if (!_hasName() || !_hasLogName())
                return FailSync("the file is gone or replaced");
            wanted = Volatile.Read(ref _commits);
            try
            {
                if (_flush(_walFile) is { } problem)
                {
                    _syncBroken = true;
                    return FailSync(problem);
                }
            }
            catch (ObjectDisposedException)
            {
                return Closed();
            }

            _synced = wanted;
            return OverlayStatus.Ok;
        }
    }

    private OverlayStatus FailSync(string reason)
    {
        _log.Report($"database {_path}: syncing it failed: {reason}");
        return OverlayStatus.Failed;
    }
}
