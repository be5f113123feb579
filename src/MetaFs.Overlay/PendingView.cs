// What a log holds, for connections that only read.
namespace MetaFs.Overlay;

/// <summary>Lets a connection see the records of the log among those of the table, without a write to either.</summary>
/// <remarks>
/// A temporary view has the table's name, and SQLite looks there first. The log is read before the database: what is taken in
/// between the two has changed the database's run, and then the view is the table alone. So it is also for the rest of the
/// connection's life: what it has copied of the log never hides what was written later.
/// </remarks>
internal static class PendingView
{
    /// <summary>Makes the view anew, if the log has something that the table does not; else takes it away.</summary>
    /// <param name="database">The connection, none of whose statements is in the middle of its rows.</param>
    /// <param name="run">The log, as it is now.</param>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">The database cannot be read.</exception>
    public static void Renew(SqliteDatabase database, IntentRun run)
    {
        database.Execute(OverlaySchema.DropPending);
        if (run.Number == 0 || run.Number != unchecked((ulong)database.QueryInteger(OverlaySchema.Run)))
            return;
        bool isAny = false;
        SqliteStatement? put = null;
        SqliteStatement? remove = null;
        while (run.Next(out IntentContent entry))
        {
            if (!isAny)
                database.Execute(OverlaySchema.PendingTable);
            isAny = true;
            SqliteStatement statement = entry.Kind == IntentKind.Put
                ? put ??= database.PrepareForCaller(OverlaySchema.PutPending)
                : remove ??= database.PrepareForCaller(OverlaySchema.RemovePending);
            statement.Bind(1, entry.Key.Volume);
            statement.Bind(2, entry.Key.Ino);

            // A removal's only column is the time of the record that it is for.
            if (entry.Kind == IntentKind.Remove)
                statement.BindNull(3);
            else
                _ = entry.Bind(statement, 3, out _);
            _ = statement.Run();
        }

        put?.Dispose();
        remove?.Dispose();
        if (isAny)
            database.Execute(OverlaySchema.PendingView(unchecked((long)run.Number)));
    }
}
