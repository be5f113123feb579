// Row 6 of the request's way: records in one SQLite file.
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Records in one SQLite database, which one store at a time may have open.</summary>
public sealed partial class SqliteOverlayStore : IOverlayStore
{
    private readonly string _path;
    private readonly DatabaseLock _lock;
    private readonly FailureLog _log;

    // Guards everything about _writer, _commits' writes and _volumes' writes. Order: _writeGate before _readGate;
    // _syncGate is never held together with either.
    private readonly Lock _writeGate = new();
    private readonly SqliteDatabase _writer;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _remove;
    private readonly SqliteStatement _removeRecord;
    private readonly SqliteStatement _putDirectory;
    private readonly SqliteStatement _removeDirectory;
    private readonly SqliteStatement _beginRemoval;
    private readonly SqliteStatement _endRemoval;
    private readonly SqliteStatement _putName;
    private readonly SqliteStatement _removeName;
    private readonly SqliteStatement _beginMove;
    private readonly SqliteStatement _endMove;
    private readonly SqliteStatement _putRun;
    private long _lastMove;

    // Guards _reader and _get. A connection of its own: under one writer and three readers a Put took 24 us (at most
    // 17 ms) and no Get waited for a checkpoint's syncs, against 72 us (at most 280 ms) with one connection and one
    // lock. Its price is 7 us for the Get after a Put, which finds its page cache out of date.
    private readonly Lock _readGate = new();
    private readonly SqliteDatabase _reader;
    private readonly SqliteStatement _get;
    private readonly SqliteStatement _findName;
    private readonly SqliteStatement _isTaken;
    private readonly SqliteStatement _countNames;

    // Never goes back to true: what counts is that it is not true while there is a record.
    private volatile bool _empty;

    // Set under both gates, so that either one suffices to read it.
    private bool _disposed;

    private SqliteOverlayStore(
        string path, DatabaseLock held, FailureLog log, OverlayOpenOptions options, SqliteDatabase writer,
        SqliteDatabase reader)
    {
        _path = path;
        _lock = held;
        _log = log;
        _writer = writer;
        _reader = reader;
        _begin = writer.Prepare(OverlaySchema.Begin);
        _commit = writer.Prepare(OverlaySchema.Commit);
        _put = writer.Prepare(OverlaySchema.Put);
        _remove = writer.Prepare(OverlaySchema.Remove);
        _removeRecord = writer.Prepare(OverlaySchema.RemoveRecord);
        _putDirectory = writer.Prepare(OverlaySchema.PutDirectory);
        _removeDirectory = writer.Prepare(OverlaySchema.RemoveDirectory);
        _beginRemoval = writer.Prepare(OverlaySchema.BeginRemoval);
        _endRemoval = writer.Prepare(OverlaySchema.EndRemoval);
        _putName = writer.Prepare(OverlaySchema.PutName);
        _removeName = writer.Prepare(OverlaySchema.RemoveName);
        _beginMove = writer.Prepare(OverlaySchema.BeginMove);
        _endMove = writer.Prepare(OverlaySchema.EndMove);
        _putRun = writer.Prepare(OverlaySchema.PutRun);
        _lastMove = writer.QueryInteger(OverlaySchema.LastMove);
        _get = reader.Prepare(OverlaySchema.Get);
        _beginReading = reader.Prepare(OverlaySchema.BeginSnapshot);
        _endReading = reader.Prepare(OverlaySchema.Commit);
        _xattrs = new XattrTable(writer, reader);
        _findName = reader.Prepare(OverlaySchema.FindName);
        _isTaken = reader.Prepare(OverlaySchema.IsTaken);
        _countNames = reader.Prepare(OverlaySchema.CountNames);
        _hasNames = writer.QueryInteger(OverlaySchema.AnyName) != 0;
        _empty = writer.QueryInteger(OverlaySchema.AnyRecord) == 0;
        _volumes = [.. VolumeRow.ReadAll(writer)];
        _walFile = File.OpenHandle(
            DatabaseFile.LogOf(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _flush = options.Flush;
        _hasName = options.Watch(_path);
        _hasLogName = options.Watch(DatabaseFile.LogOf(path));
        if (options.Intents)
            OpenIntents(options.Watch);
    }

    /// <inheritdoc/>
    public bool IsEmpty => _empty;

    /// <summary>What keeps everybody from writing, for tests that look at one moment.</summary>
    internal Lock WriteGate => _writeGate;

    /// <summary>The connection that writes, for tests that limit it.</summary>
    internal SqliteDatabase Writer => _writer;

    /// <summary>Opens a database for a mount, and makes it where there is none.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="options">How long to wait for another mount, and where failures go.</param>
    /// <exception cref="OverlayException">
    /// In use by another mount; another program's or a newer MetaFs's; damaged; not writable; a directory, a symbolic
    /// link, or on a network file system.
    /// </exception>
    public static SqliteOverlayStore Open(string path, OverlayOpenOptions options)
    {
        string database = DatabaseFile.Absolute(path);
        DatabaseFile.CheckPlace(database);
        if (!DatabaseLock.IsHeldHere(database))
            DatabaseFile.CheckHeader(database);

        DatabaseLock held = DatabaseLock.Acquire(database, options.LockWait);
        SqliteDatabase? writer = null;
        SqliteDatabase? reader = null;
        try
        {
            DatabaseFile.Create(database);
            writer = OpenWriter(database);
            TakeIntents(writer, database, options.Log);
            reader = SqliteDatabase.Open(database, writable: false);
            return new SqliteOverlayStore(
                database, held, new FailureLog(options.Log, TimeProvider.System), options, writer, reader);
        }
        catch (Exception e)
        {
            reader?.Dispose();
            writer?.Dispose();
            held.Dispose();
            if (e is SqliteException sqlite)
                throw SqliteFailure.Explain(database, sqlite);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new OverlayException(
                    $"database {database} cannot be opened: {e.Message}; give another db=FILE", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus Put(in InodeKey key, InodeRecord record)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            return Note(key, new PendingRecord(record, null), out OverlayStatus status)
                ? status
                : Finish("writing a record", RunPut(key, record));
        }
    }

    /// <inheritdoc/>
    public OverlayStatus Remove(in InodeKey key)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            if (_xattrs.MayHaveRows)
                return RemoveWithXattrs(key, null);
            return Note(key, new PendingRecord(null, null), out OverlayStatus status)
                ? status
                : Finish("deleting a record", RunKey(_remove, key));
        }
    }

    /// <inheritdoc/>
    public OverlayStatus Remove(in InodeKey key, InodeRecord record)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            if (record.Xattrs != XattrKinds.None)
                return RemoveWithXattrs(key, record);
            OverlayStatus status = OverlayStatus.Ok;
            if (RemovalOf(key, record) is not { } removal)
                status = Drain();
            else if (removal.Record is not null || Note(key, removal, out status))
                return status;
            return status == OverlayStatus.Ok ? Finish("deleting a record", RunRemove(key, record)) : status;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus Apply(ReadOnlySpan<OverlayChange> changes) => Apply(changes, []);

    /// <inheritdoc/>
    public OverlayStatus PutDirectory(in InodeKey directory, in PathHint hint)
    {
        // A place without a name says no more than no place.
        if (hint.Name is not { Length: > 0 })
            return RemoveDirectory(directory);
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            _putDirectory.Bind(3, hint.Parent);
            _putDirectory.Bind(4, hint.Name);
            return Finish("writing a directory's place", RunKey(_putDirectory, directory));
        }
    }

    /// <inheritdoc/>
    public OverlayStatus RemoveDirectory(in InodeKey directory)
    {
        lock (_writeGate)
        {
            return _disposed
                ? Closed()
                : Finish("deleting a directory's place", RunKey(_removeDirectory, directory));
        }
    }

    /// <summary>Closes the database; calls that come later fail.</summary>
    public void Dispose()
    {
        CloseIntents();
        lock (_writeGate)
        {
            lock (_readGate)
            {
                if (_disposed)
                    return;
                _disposed = true;
                _reader.Dispose();

                // The last connection to close moves the log into the file and deletes it.
                _writer.Dispose();
            }
        }

        _walFile.Dispose();
        _lock.Dispose();
    }

    private static SqliteDatabase OpenWriter(string path)
    {
        SqliteDatabase database = SqliteDatabase.Open(path, writable: true);
        try
        {
            int version = OverlayMigration.Check(database, path);
            DatabaseFile.Restrict(path);
            database.Execute(OverlaySchema.WriterPragmas);
            string mode = database.QueryText(OverlaySchema.SetWal);
            if (mode != "wal")
            {
                throw new OverlayException(
                    $"database {path}: its file system cannot keep a write-ahead log (journal mode stays {mode}); "
                    + "give db=FILE on a local disk");
            }

            OverlayMigration.Migrate(database, version, OverlaySchema.Migrations);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private int RunPut(in InodeKey key, InodeRecord record)
    {
        // Before the row can be seen: nobody may skip a look-up that would find it.
        _empty = false;
        EndReading();
        RecordRow.Bind(_put, 3, record);
        return RunKey(_put, key);
    }

    private int RunRemove(in InodeKey key, InodeRecord record)
    {
        EndReading();
        _removeRecord.Bind(3, record.SetAt);
        return RunKey(_removeRecord, key);
    }

    private static int RunKey(SqliteStatement statement, in InodeKey key)
    {
        statement.Bind(1, key.Volume);
        statement.Bind(2, key.Ino);
        return statement.Run();
    }

    private OverlayStatus FinishTransaction(string operation, int result)
    {
        if (result == raw.SQLITE_DONE)
            result = _commit.Run();
        OverlayStatus status = Finish(operation, result);
        if (status != OverlayStatus.Ok)
            _writer.AbandonTransaction();
        return status;
    }

    private OverlayStatus Finish(string operation, int result)
    {
        if (result != raw.SQLITE_DONE)
            return Fail(_writer, operation, result);

        // In a transaction that something has left open it would never be committed, nor would all that comes after it.
        if (raw.sqlite3_get_autocommit(_writer.Handle) == 0)
        {
            _writer.AbandonTransaction();
            _log.Report($"database {_path}: {operation} failed: it was not committed");
            return OverlayStatus.Failed;
        }

        _commits++;
        EndReading();

        // SQLite goes on in files without a name, and nobody would ever find there what was written.
        if (_hasName() && _hasLogName())
            return OverlayStatus.Ok;
        return Gone(operation);
    }

    private OverlayStatus Gone(string operation)
    {
        _log.Report($"database {_path}: {operation} failed: the file is gone or replaced; unmount and mount again");
        return OverlayStatus.Failed;
    }

    private OverlayStatus Fail(SqliteDatabase database, string operation, int result)
    {
        _log.Report(string.Create(
            CultureInfo.InvariantCulture,
            $"database {_path}: {operation} failed: {database.Describe(result)} (SQLite {result})"));
        return SqliteFailure.Status(result);
    }

    private OverlayStatus Refuse(in InodeKey key, string problem)
    {
        _log.Report(string.Create(
            CultureInfo.InvariantCulture,
            $"database {_path}: the record of inode {key.Ino} in volume {key.Volume} has an impossible {problem}"));
        return OverlayStatus.Failed;
    }

    private OverlayStatus Closed()
    {
        _log.Report($"database {_path}: used after it was closed");
        return OverlayStatus.Failed;
    }
}
