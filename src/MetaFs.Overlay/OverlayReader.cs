// The database for commands that look at it, mounted or not.
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace MetaFs.Overlay;

/// <summary>Reads a database without changing it and without making its mount wait.</summary>
/// <remarks>
/// One thread at a time. What an enumeration gives is the state at its start; until it ends, the mount's log cannot be
/// moved into the database file and grows. A row with an impossible value is reported and left out.
/// </remarks>
public sealed class OverlayReader : IDisposable
{
    private const int VolumeColumn = RecordRow.Columns;
    private const int InoColumn = RecordRow.Columns + 1;
    private const int ReasonColumn = RecordRow.Columns + 2;
    private const int MovedAtColumn = RecordRow.Columns + 3;

    private readonly string _path;
    private readonly SqliteDatabase _database;
    private readonly Action<string>? _log;

    private readonly PendingView _pending;

    // While it counts its rows the view cannot be made anew.
    private int _enumerations;

    private OverlayReader(string path, SqliteDatabase database, Action<string>? log)
    {
        _path = path;
        _database = database;
        _log = log;
        _pending = new PendingView(database, DatabaseFile.IntentsOf(path));
    }

    /// <summary>Opens a database that exists.</summary>
    /// <param name="path">The file.</param>
    /// <param name="log">Receives one line for each row that is left out.</param>
    /// <exception cref="OverlayException">Missing, not readable, damaged, or not of this program's format.</exception>
    public static OverlayReader Open(string path, Action<string>? log = null)
    {
        string file = RequireThere(path);
        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.Open(file, writable: false);
            int version = OverlayMigration.Check(database, file);

            // Has the schema read now: a damaged one is to be told here.
            _ = database.QueryInteger(OverlaySchema.CountTables);
            if (version == OverlaySchema.Version)
                return new OverlayReader(file, database, log);
            throw new OverlayException(version == 0
                ? $"database {file} is empty; mount a share with it first"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"database {file} has the older schema {version}; mount its share once to bring it up to date"));
        }
        catch (Exception e)
        {
            database?.Dispose();
            if (e is SqliteException sqlite)
                throw IsForbidden(file) ? Forbidden(file, e) : SqliteFailure.Explain(file, sqlite);
            throw;
        }
    }

    /// <summary>Refuses what is no file, or not there, or may not be looked at.</summary>
    /// <returns>Its absolute path.</returns>
    /// <exception cref="OverlayException">There is no file that could be read.</exception>
    public static string RequireThere(string path)
    {
        string file = DatabaseFile.Absolute(path);
        if (Directory.Exists(file))
            throw new OverlayException($"database {file} is a directory; name the file in it");
        try
        {
            // Not opened: closing it would drop the locks that SQLite has on it in this process (fcntl(2)).
            _ = File.GetUnixFileMode(file);
            return file;
        }
        catch (UnauthorizedAccessException e)
        {
            throw Forbidden(file, e);
        }
        catch (IOException e)
        {
            throw new OverlayException($"there is no database {file}; it is made when a share is mounted with it", e);
        }
    }

    /// <summary>Receives the key of each row that is left out, with the line that the log gets.</summary>
    public Action<InodeKey, string>? LeftOut { get; set; }

    /// <summary>All volumes by id.</summary>
    public IReadOnlyList<Volume> Volumes() => Guarded(() => VolumeRow.ReadAll(_database));

    /// <summary>Numbers of rows; reads every page of the tables.</summary>
    public OverlayCounts Counts() => Latest(() => new OverlayCounts(
        _database.QueryInteger(OverlaySchema.CountRecords),
        _database.QueryInteger(OverlaySchema.CountDirectories),
        _database.QueryInteger(OverlaySchema.CountQuarantined),
        _database.QueryInteger(OverlaySchema.CountXattrs),
        _database.QueryInteger(OverlaySchema.CountOrphanXattrs)));

    /// <summary>What SQLite finds wrong with the file, at most 20 lines, or nothing. Reads all of it.</summary>
    public IReadOnlyList<string> Check() => Guarded(() =>
    {
        using SqliteStatement row = _database.PrepareForCaller(OverlaySchema.QuickCheck);
        List<string> findings = [];
        try
        {
            while (_database.Query(row))
                findings.Add(row.Text(0));
        }
        catch (SqliteException e)
        {
            // Damage may also end the check itself.
            findings.Add(e.Message);
        }

        return findings is ["ok"] ? [] : findings;
    });

    /// <summary>The record of one inode, or null.</summary>
    /// <exception cref="OverlayException">The row has an impossible value, or the file cannot be read.</exception>
    public OverlayRow? Find(InodeKey key) => Latest(() =>
    {
        using SqliteStatement row = _database.PrepareForCaller(OverlaySchema.Get);
        row.Bind(1, key.Volume);
        row.Bind(2, key.Ino);
        if (!_database.Query(row))
            return null;
        if (RecordRow.Read(row, out InodeRecord? record) is { } problem)
            throw new OverlayException(Impossible(key, problem));
        List<Volume> volumes = VolumeRow.ReadAll(_database);
        using HintPaths paths = new(_database, volumes);
        return new OverlayRow(
            volumes.Find(v => v.Id == key.Volume), key, record!, paths.PathOf(key, record!.Hint))
        {
            Xattrs = XattrsOf(key, record!),
        };
    });

    /// <summary>For looking up many records; the caller disposes it.</summary>
    public RecordLookup Lookup() => Latest(() => new RecordLookup(
        this, _database.PrepareForCaller(OverlaySchema.Get), _database.PrepareForCaller(OverlaySchema.FindName)));

    /// <summary>The row of a share, recognised as a mount would; null: this database has not met it.</summary>
    public Volume? FindVolume(in VolumeIdentity identity) => VolumeMatch.Find(Volumes(), identity);

    /// <summary>All records by volume and inode number, those from 2^63 on first; one at a time.</summary>
    public IEnumerable<OverlayRow> Rows()
    {
        using SqliteStatement row = Latest(() => _database.PrepareForCaller(OverlaySchema.AllRecords));
        Dictionary<long, Volume> volumes = Volumes().ToDictionary(v => v.Id);
        using HintPaths paths = Guarded(() => new HintPaths(_database, volumes.Values));
        _enumerations++;
        try
        {
            while (Guarded(() => _database.Query(row)))
            {
                if (Read(row, out InodeKey key) is not { } record)
                    continue;
                byte[]? path = Guarded(() => paths.PathOf(key, record.Hint));
                yield return new OverlayRow(volumes.GetValueOrDefault(key.Volume), key, record, path)
                {
                    Xattrs = record.Xattrs == XattrKinds.None ? [] : Guarded(() => XattrsOf(key, record)),
                };
            }
        }
        finally
        {
            _enumerations--;
        }
    }

    /// <summary>The records out of service, oldest first, one at a time.</summary>
    public IEnumerable<QuarantinedRow> Quarantined()
    {
        using SqliteStatement row = Guarded(() => _database.PrepareForCaller(OverlaySchema.AllQuarantined));
        while (Guarded(() => _database.Query(row)))
        {
            if (Read(row, out InodeKey key) is { } record)
                yield return new QuarantinedRow(key, record, row.Text(ReasonColumn), row.Integer(MovedAtColumn));
        }
    }

    /// <summary>
    /// The renames whose end was not noted, by volume, oldest first; those that a mount is about to make too.
    /// </summary>
    public IReadOnlyList<PendingMove> PendingMoves() => Guarded(() =>
    {
        List<Volume> volumes = VolumeRow.ReadAll(_database);
        using SqliteStatement row = _database.PrepareForCaller(OverlaySchema.PendingMoves);
        using HintPaths paths = new(_database, volumes);
        List<PendingMove> moves = [];
        foreach (Volume volume in volumes)
        {
            row.Bind(1, volume.Id);
            while (_database.Query(row))
                moves.Add(SqliteOverlayStore.ReadMove(row, volume.Id, paths));
            row.Reset();
        }

        return moves;
    });

    internal InodeRecord? Find(SqliteStatement row, InodeKey key) => Latest(() =>
    {
        row.Bind(1, key.Volume);
        row.Bind(2, key.Ino);
        InodeRecord? record = null;
        if (_database.Query(row))
            _ = RecordRow.Read(row, out record);
        row.Reset();
        return record;
    });

    internal ulong FindName(SqliteStatement row, long volume, ulong parent, byte[] name) => Guarded(() =>
    {
        row.Bind(1, volume);
        row.Bind(2, parent);
        row.Bind(3, name);
        ulong ino = _database.Query(row) ? unchecked((ulong)row.Integer(0)) : 0;
        row.Reset();
        return ino;
    });

    /// <summary>Every row of every table, one at a time, in the state that the database has at the first.</summary>
    public IEnumerable<DumpedRow> Dump()
    {
        using IEnumerator<DumpedRow> rows = Latest(() => OverlayDump.Rows(_database)).GetEnumerator();
        _enumerations++;
        try
        {
            while (Guarded(rows.MoveNext))
                yield return rows.Current;
        }
        finally
        {
            _enumerations--;
        }
    }

    /// <summary>The extended attributes of a row, with their values.</summary>
    public IReadOnlyList<OverlaidXattr> XattrsWithValues(OverlayRow row) =>
        row.Xattrs.Count == 0 ? [] : Guarded(() => XattrsOf(row.Key, row.Record, withValues: true));

    /// <summary>Closes the database.</summary>
    public void Dispose()
    {
        _pending.Dispose();
        _database.Dispose();
    }

    // Asked only where SQLite could not open it, and so has no lock on it.
    private static bool IsForbidden(string file)
    {
        try
        {
            using FileStream opened = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static OverlayException Forbidden(string file, Exception e) =>
        new($"database {file}: EACCES (Permission denied); only who mounted may read it, and root", e);

    private List<OverlaidXattr> XattrsOf(InodeKey key, InodeRecord record, bool withValues = false)
    {
        List<OverlaidXattr> xattrs = [];
        if (record.Xattrs == XattrKinds.None)
            return xattrs;
        using SqliteStatement row = _database.PrepareForCaller(
            withValues ? OverlaySchema.XattrValues : OverlaySchema.XattrNames);
        row.Bind(1, key.Volume);
        row.Bind(2, key.Ino);
        SqliteException.ThrowExceptionForRC(XattrTable.Read(row, withValues, xattrs), _database.Handle);
        return xattrs;
    }

    private InodeRecord? Read(SqliteStatement row, out InodeKey key)
    {
        key = new InodeKey(row.Integer(VolumeColumn), unchecked((ulong)row.Integer(InoColumn)));
        if (RecordRow.Read(row, out InodeRecord? record) is { } problem)
        {
            string line = Impossible(key, problem);
            _log?.Invoke(line);
            LeftOut?.Invoke(key, line);
        }

        return record;
    }

    private string Impossible(in InodeKey key, string problem) => string.Create(
        CultureInfo.InvariantCulture,
        $"database {_path}: the record of inode {key.Ino} in volume {key.Volume} has an impossible {problem}");

    // What the mount has put into its log since is among the records too.
    private T Latest<T>(Func<T> read) => Guarded(() =>
    {
        if (_enumerations == 0)
            _pending.Renew();
        return read();
    });

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(_path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{DatabaseFile.IntentsOf(_path)} cannot be read: {FileTrouble.Of(e)}", e);
        }
    }
}
