// Records reach the tables by the hundred: each is appended to a log first, and that is what the caller waits for.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    // Programs that read the database by themselves see what is older than this. Much more often than that, the CPU that the
    // thread wakes up on is taken from the requests.
    private static readonly TimeSpan s_mostPending = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_beforeRetry = TimeSpan.FromSeconds(1);

    // Written under _writeGate.
    private readonly PendingRecords _pending = new();

    // Guarded by _writeGate. Null: there is none, and every change is a transaction.
    private IntentLog? _intents;
    private Func<bool>? _hasIntentsName;
    private readonly IntentEntry _entry = new();
    private bool _drainingFailed;
    private Thread? _drainer;
    private readonly AutoResetEvent _drainerWakes = new(false);
    private readonly ManualResetEvent _drainerEnds = new(false);

    // A mount that was killed has acknowledged what is in its log.
    private static void TakeIntents(SqliteDatabase writer, string path, Action<string>? log)
    {
        string file = DatabaseFile.IntentsOf(path);
        IntentRun run = IntentLog.Read(file);
        if (run.Number == 0)
            return;
        IntentReplay.Play(writer, run, log);
        File.Delete(file);
    }

    // The tables are to have all that is pending before something else than a record is changed, and before a record is
    // changed there directly. Under _writeGate.
    private OverlayStatus Ready() => _disposed ? Closed() : Drain();

    /// <summary>Appends a change to the log. Under _writeGate.</summary>
    /// <param name="key">The inode.</param>
    /// <param name="row">What becomes of its record.</param>
    /// <param name="status">How that ended.</param>
    /// <returns>False: it has to be written to the tables, which have all earlier changes now.</returns>
    private bool Note(in InodeKey key, in PendingRecord row, out OverlayStatus status)
    {
        status = OverlayStatus.Ok;
        if (_intents is null)
            return false;

        // After a failure each change is told: nothing more is taken that may never reach the tables.
        if (_drainingFailed || !_intents.HasRoom)
        {
            status = Drain();
            if (status != OverlayStatus.Ok)
                return true;
        }

        // The other names are asked when it is taken in, soon after: each question costs a tenth of a change.
        if (!_hasIntentsName!())
        {
            status = Gone("writing a record");
            return true;
        }

        bool isSound = row.Record is null || RecordLimits.Hold(row.Record);
        if (!isSound || !(_intents is { HasBegun: true } || BeginIntents()) || !Append(key, row))
        {
            status = Drain();
            return status != OverlayStatus.Ok;
        }

        if (row.Record is not null)
            _empty = false;
        _pending.Set(key, row);
        _commits++;
        if (_pending.Count == 1)
            _drainerWakes.Set();
        return true;
    }

    // A record that was set at another time is another file's. Null: the tables have to be asked.
    private PendingRecord? RemovalOf(in InodeKey key, InodeRecord record)
    {
        if (!_pending.TryGet(key, out PendingRecord row))
            return new PendingRecord(null, record.SetAt);
        if (row.Record is null)
            return null;
        return row.Record.SetAt == record.SetAt ? new PendingRecord(null, null) : row;
    }

    private bool Append(in InodeKey key, in PendingRecord row)
    {
        if (row.Record is null)
            _entry.Remove(key, row.OnlySetAt);
        else
            _entry.Put(key, row.Record);
        try
        {
            _intents!.Append(_entry);
            return true;
        }
        catch (IOException)
        {
            // A full disk: SQLite is asked for it, and says so.
            return false;
        }
    }

    // Not when the first record comes: with as=caller that is on a thread with the rights of whoever called.
    private void OpenIntents(Func<string, Func<bool>> watch)
    {
        string file = DatabaseFile.IntentsOf(_path);
        try
        {
            _intents = IntentLog.Open(file);
            _hasIntentsName = watch(file);
            _drainer = new Thread(DrainInTime) { Name = "metafs-drain", IsBackground = true };
            _drainer.Start();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GiveUpIntents(e);
        }
    }

    // A mount that keeps nothing writes nothing, so the first record does it.
    private bool BeginIntents()
    {
        ulong run = IntentLog.NewRun();
        int result = _begin.Run();
        OverlayStatus status = FinishTransaction("beginning a log", result == raw.SQLITE_DONE ? PutRun(run) : result);
        if (status != OverlayStatus.Ok)
            return false;
        try
        {
            _intents!.Begin(run);
            return true;
        }
        catch (IOException e)
        {
            GiveUpIntents(e);
            return false;
        }
    }

    private int PutRun(ulong run)
    {
        _putRun.Bind(1, run);
        return _putRun.Run();
    }

    /// <summary>Takes all that is pending into the tables, in one transaction, and begins the log anew. Under _writeGate.</summary>
    private OverlayStatus Drain()
    {
        if (_pending.Count == 0)
            return OverlayStatus.Ok;
        ulong run = IntentLog.NewRun();
        int result = _begin.Run();
        foreach ((InodeKey key, PendingRecord row) in _pending)
        {
            if (result != raw.SQLITE_DONE)
                break;
            result = RunPending(key, row);
        }

        if (result == raw.SQLITE_DONE)
            result = PutRun(run);
        OverlayStatus status = FinishTransaction("writing records", result);
        _drainingFailed = status != OverlayStatus.Ok;
        if (_drainingFailed)
            return status;
        _pending.Clear();
        try
        {
            _intents!.Begin(run);
        }
        catch (IOException e)
        {
            // The log is of a run that the database has done with, so its entries do not count any more.
            GiveUpIntents(e);
        }

        return OverlayStatus.Ok;
    }

    private int RunPending(in InodeKey key, in PendingRecord row)
    {
        if (row.Record is { } record)
        {
            int result = RunPut(key, record);
            if ((result & 0xFF) != raw.SQLITE_CONSTRAINT)
                return result;

            // RecordLimits lets none of these through. If one came, all others would wait behind it for ever.
            _ = Fail(_writer, FormattableString.Invariant($"writing the record of inode {key.Ino}"), result);
            return raw.SQLITE_DONE;
        }

        if (row.OnlySetAt is not { } setAt)
            return RunKey(_remove, key);
        _removeRecord.Bind(3, setAt);
        return RunKey(_removeRecord, key);
    }

    private void GiveUpIntents(Exception e)
    {
        _log.Report($"database {_path}: no log of intents, every change is a transaction: {e.Message}");
        EndIntents();
    }

    private void EndIntents()
    {
        _intents?.Dispose();
        _intents = null;
    }

    // What waits in the log is to be in the tables soon also where nothing more comes.
    private void DrainInTime()
    {
        WaitHandle[] either = [_drainerEnds, _drainerWakes];
        while (WaitHandle.WaitAny(either) != 0)
        {
            OverlayStatus status = OverlayStatus.Failed;
            for (TimeSpan pause = s_mostPending; status != OverlayStatus.Ok; pause = s_beforeRetry)
            {
                if (_drainerEnds.WaitOne(pause))
                    return;
                lock (_writeGate)
                    status = _disposed ? OverlayStatus.Ok : Drain();
            }
        }
    }

    /// <summary>Before the database is closed: the log has nothing more to say, unless its entries could not be taken in.</summary>
    private void CloseIntents()
    {
        lock (_writeGate)
        {
            if (_disposed)
                return;
            bool isDrained = Drain() == OverlayStatus.Ok;
            bool isThere = _intents is not null && isDrained && _hasIntentsName!();
            EndIntents();
            if (isThere)
                File.Delete(DatabaseFile.IntentsOf(_path));
        }

        _drainerEnds.Set();
        _drainer?.Join();
        _drainerEnds.Dispose();
        _drainerWakes.Dispose();
    }
}
