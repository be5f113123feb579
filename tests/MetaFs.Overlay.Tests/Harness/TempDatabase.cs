namespace MetaFs.Overlay.Tests.Harness;

/// <summary>A database file in a directory of its own, gone afterwards; and a back door to damage it.</summary>
internal sealed class TempDatabase : IDisposable
{
    private readonly List<string> _log = [];

    public TempDatabase()
    {
        // Some tests use SQLite on their own: it must be the same library that the store uses, see SqliteNative.
        SqliteNative.Initialize();
        Directory = System.IO.Directory.CreateTempSubdirectory("metafs-overlay-").FullName;
    }

    public string Directory { get; }

    public string File => Path.Combine(Directory, "test.db");

    /// <summary>What stores opened here answer to a sync; null: success.</summary>
    public string? FlushFailure { get; set; }

    /// <summary>What stores opened here have reported.</summary>
    public string[] Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    public SqliteOverlayStore Open(TimeSpan? wait = null, bool intents = false) => SqliteOverlayStore.Open(File, new OverlayOpenOptions
    {
        LockWait = wait ?? TimeSpan.Zero,
        Log = AddLine,
        Flush = _ => FlushFailure,
        Intents = intents,
    });

    /// <summary>Opens and closes once, so that there is a database of the present schema.</summary>
    public void Make() => Open().Dispose();

    /// <summary>The refusal of an open that has to fail.</summary>
    public string OpenFailure() => Assert.Throws<OverlayException>(() => Open()).Message;

    /// <summary>Runs SQL as another program would, with no check in its way.</summary>
    public void Execute(string sql)
    {
        using SqliteDatabase database = SqliteDatabase.Open(File, writable: true);
        database.Execute("PRAGMA ignore_check_constraints = ON; " + sql);
    }

    public long QueryInteger(string sql)
    {
        using SqliteDatabase database = SqliteDatabase.Open(File, writable: false);
        return database.QueryInteger(sql);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private void AddLine(string line)
    {
        lock (_log)
            _log.Add(line);
    }
}
