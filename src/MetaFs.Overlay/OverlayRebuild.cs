// A database made anew beside itself, for a share whose files have other inode numbers than before.
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Renumbers one volume in a copy, which then takes the database's place. One thread.</summary>
/// <remarks>
/// The database itself is only read until <see cref="Swap"/>, and then kept under another name. Nobody mounts it
/// meanwhile.
/// </remarks>
public sealed class OverlayRebuild : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly Volume _volume;
    private readonly DatabaseLock _lock;
    private readonly Func<SafeFileHandle, string?> _flush;
    private readonly Dictionary<string, SqliteStatement> _prepared = [];
    private SqliteDatabase? _database;

    private OverlayRebuild(
        string path, Volume volume, DatabaseLock held, Func<SafeFileHandle, string?> flush)
    {
        _path = path;
        _part = string.Create(CultureInfo.InvariantCulture, $"{path}.part-{Environment.ProcessId}");
        _volume = volume;
        _lock = held;
        _flush = flush;
    }

    /// <summary>Copies the database.</summary>
    /// <param name="path">The database.</param>
    /// <param name="volume">What is to be renumbered.</param>
    /// <param name="flush">fsync(2), as <see cref="OverlayOpenOptions.Flush"/>.</param>
    /// <exception cref="OverlayException">It is mounted, cannot be read, or there is no room for the copy.</exception>
    public static OverlayRebuild Open(string path, Volume volume, Func<SafeFileHandle, string?> flush)
    {
        string file = DatabaseFile.Absolute(path);
        DatabaseLock held = DatabaseLock.Acquire(file, TimeSpan.Zero);
        var rebuild = new OverlayRebuild(file, volume, held, flush);
        try
        {
            OverlayBackup.Write(file, rebuild._part, flush);
            rebuild._database = SqliteDatabase.Open(rebuild._part, writable: true);
            rebuild._database.Execute(OverlaySchema.Begin);
            return rebuild;
        }
        catch (Exception e)
        {
            rebuild.Dispose();
            throw Explain(file, e);
        }
    }

    /// <summary>Puts the record of an inode number of before into quarantine.</summary>
    public void Retire(ulong ino, string reason, long now)
    {
        Run(
            OverlaySchema.Quarantine,
            s => { s.Bind(1, _volume.Id); s.Bind(2, ino); s.Bind(3, reason); s.Bind(4, now); s.BindNull(5); });
        Run(OverlaySchema.QuarantineXattrs, s => BindKey(s, ino));
        Run(OverlaySchema.Remove, s => BindKey(s, ino));
    }

    /// <summary>Removes what goes by the numbers of before, after the last <see cref="Retire"/>.</summary>
    public void Clear()
    {
        string[] tables = _volume.Identity.ByName
            ? ["record", "xattr", "removal", "move"]
            : ["record", "xattr", "removal", "move", "directory"];
        foreach (string table in tables)
            Run($"DELETE FROM {table} WHERE volume = ?1", s => s.Bind(1, _volume.Id));
    }

    /// <summary>Adds a record under its number of now.</summary>
    public void Put(ulong ino, InodeRecord record, IReadOnlyList<OverlaidXattr> xattrs)
    {
        Run(OverlaySchema.Put, s => { BindKey(s, ino); RecordRow.Bind(s, 3, record); });
        foreach (OverlaidXattr xattr in xattrs)
            Run(OverlaySchema.PutXattr, s => { BindKey(s, ino); s.Bind(3, xattr.Name); BindValue(s, xattr); });
    }

    /// <summary>Says where a directory is.</summary>
    public void PutDirectory(ulong ino, ulong parent, byte[] name) =>
        Run(OverlaySchema.PutDirectory, s => { BindKey(s, ino); s.Bind(3, parent); s.Bind(4, name); });

    /// <summary>Makes the copy the database.</summary>
    /// <param name="identity">The share now. What was learnt of its calls is forgotten: it may be another server.</param>
    /// <returns>Where the database of before is now.</returns>
    /// <exception cref="OverlayException">It could not be done; the database is as it was.</exception>
    public string Swap(in VolumeIdentity identity)
    {
        VolumeIdentity now = identity;
        Run(
            OverlaySchema.RebindVolume,
            s =>
            {
                s.Bind(1, _volume.Id);
                s.Bind(2, now.FileSystem);
                s.Bind(3, now.Source);
                s.Bind(4, now.RootIno);
                s.Bind(5, now.RootBirthTime);
            });
        const string forget = "UPDATE volume SET chown = 0, chmod = 0, utimens = 0, false_btime = 0 WHERE id = ?1";
        Run(forget, s => s.Bind(1, _volume.Id));
        string before = $"{_path}.before-{DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        try
        {
            Database.Execute(OverlaySchema.Commit);
            CloseDatabase();
            using (FileStream written = new(_part, FileMode.Open, FileAccess.ReadWrite))
            {
                if (_flush(written.SafeFileHandle) is { } problem)
                    throw new IOException($"syncing the new one failed: {problem}");
            }

            EmptyLog();

            // link(2) and rename(2): at each moment one of the two has the name.
            File.Replace(_part, _path, before);
            return before;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw Explain(_path, e);
        }
    }

    /// <summary>Ends; what was not swapped is gone.</summary>
    public void Dispose()
    {
        CloseDatabase();
        File.Delete(_part);
        File.Delete(_part + "-journal");
        _lock.Dispose();
    }

    private SqliteDatabase Database => _database ?? throw new ObjectDisposedException(nameof(OverlayRebuild));

    private static OverlayException Explain(string path, Exception e) => e switch
    {
        OverlayException known => known,
        SqliteException sqlite => SqliteFailure.Explain(path, sqlite),
        _ => new OverlayException($"{path} could not be made anew: {FileTrouble.Of(e)}", e),
    };

    // What is still in the log of before belongs to that file, and must not be taken for the new one's.
    private void EmptyLog()
    {
        using (SqliteDatabase before = SqliteDatabase.Open(_path, writable: true))
        {
            if (before.QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
                throw new OverlayException($"database {_path} is being read; try again when nobody does");
        }

        File.Delete(DatabaseFile.LogOf(_path));
        File.Delete(DatabaseFile.SharedMemoryOf(_path));
        File.Delete(DatabaseFile.IntentsOf(_path));
    }

    private void CloseDatabase()
    {
        foreach (SqliteStatement statement in _prepared.Values)
            statement.Dispose();
        _prepared.Clear();
        _database?.AbandonTransaction();
        _database?.Dispose();
        _database = null;
    }

    private void Run(string sql, Action<SqliteStatement> bind)
    {
        if (!_prepared.TryGetValue(sql, out SqliteStatement? statement))
        {
            statement = Database.PrepareForCaller(sql);
            _prepared.Add(sql, statement);
        }

        bind(statement);
        int result = statement.Step();
        statement.Reset();
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
            throw new OverlayException($"{_part}: {Database.Describe(result)}");
    }

    private void BindKey(SqliteStatement statement, ulong ino)
    {
        statement.Bind(1, _volume.Id);
        statement.Bind(2, ino);
    }

    private static void BindValue(SqliteStatement statement, in OverlaidXattr xattr)
    {
        if (xattr.Value is { } value)
            statement.Bind(4, value);
        else
            statement.BindNull(4);
    }
}
