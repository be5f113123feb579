// What a log holds, for connections that only read.
namespace MetaFs.Overlay;

/// <summary>Lets a connection see the records of the log among those of the table, without a write to either.</summary>
/// <remarks>
/// A temporary view has the table's name, and SQLite looks there first. The log is read before the database: what is taken in
/// between the two has changed the database's run, and then the view is the table alone. So it is also for the rest of the
/// connection's life: what it has copied of the log never hides what was written later.
/// </remarks>
internal sealed class PendingView : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly string _path;
    private readonly SqliteStatement _run;

    // What there was of the log at the last look, so that most looks find nothing new by two small reads.
    private IntentTail? _tail;
    private ulong _seen;
    private bool _isMade;

    /// <param name="database">The connection.</param>
    /// <param name="path">The log; it need not exist.</param>
    public PendingView(SqliteDatabase database, string path)
    {
        _database = database;
        _path = path;
        _run = database.PrepareForCaller(OverlaySchema.Run);
    }

    /// <summary>Makes the view anew if the log has changed. None of the connection's statements is in the middle of its rows.</summary>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The database cannot be read.</exception>
    /// <exception cref="IOException">The log cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Renew()
    {
        // Whoever begins a log, or begins it anew, has changed the database's run before.
        ulong run = Run();
        if (_seen == run && _tail?.HasGrown != true)
            return;
        _tail?.Dispose();
        IntentRun log = IntentLog.Read(_path);
        run = Run();
        if (_isMade)
            _database.Execute(OverlaySchema.DropPending);
        _isMade = log.Number != 0 && log.Number == run;
        if (_isMade)
            Make(ref log);
        _tail = _isMade ? TailOf(log) : null;
        _seen = run;
    }

    public void Dispose()
    {
        _tail?.Dispose();
        _run.Dispose();
    }

    // One that is gone has been taken in, and the database's run tells.
    private IntentTail? TailOf(in IntentRun log)
    {
        try
        {
            return new IntentTail(_path, log);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private ulong Run()
    {
        ulong run = _database.Query(_run) ? unchecked((ulong)_run.Integer(0)) : 0;
        _run.Reset();
        return run;
    }

    private void Make(ref IntentRun log)
    {
        _database.Execute(OverlaySchema.PendingTable);
        using (SqliteStatement put = _database.PrepareForCaller(OverlaySchema.PutPending))
        using (SqliteStatement remove = _database.PrepareForCaller(OverlaySchema.RemovePending))
        {
            while (log.Next(out IntentContent entry))
            {
                SqliteStatement statement = entry.Kind == IntentKind.Put ? put : remove;
                statement.Bind(1, entry.Key.Volume);
                statement.Bind(2, entry.Key.Ino);

                // A removal's only column is the time of the record that it is for.
                if (entry.Kind == IntentKind.Remove)
                    statement.BindNull(3);
                else
                    _ = entry.Bind(statement, 3, out _);
                _ = statement.Run();
            }
        }

        _database.Execute(OverlaySchema.PendingView(unchecked((long)log.Number)));
    }
}
