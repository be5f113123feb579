// What a killed mount has left in its log goes into the database.
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Plays a log into the database that it belongs to.</summary>
internal static class IntentReplay
{
    /// <summary>Takes the entries in, in one transaction, if the database waits for this run.</summary>
    /// <param name="database">A connection that may write.</param>
    /// <param name="run">What was read of the log.</param>
    /// <param name="log">Receives a line for each entry that is no record's; it is left out.</param>
    /// <exception cref="SqliteException">The database cannot be written; nothing has changed.</exception>
    public static void Play(SqliteDatabase database, IntentRun run, Action<string>? log)
    {
        database.Execute(OverlaySchema.Begin);
        try
        {
            if (run.Number != 0 && run.Number == unchecked((ulong)database.QueryInteger(OverlaySchema.Run)))
                TakeIn(database, run, log);

            // A copy of the database beside an older log is not its own.
            using (SqliteStatement put = database.PrepareForCaller(OverlaySchema.PutRun))
            {
                put.Bind(1, IntentLog.NewRun());
                Require(database, put.Run());
            }

            database.Execute(OverlaySchema.Commit);
        }
        catch
        {
            database.AbandonTransaction();
            throw;
        }
    }

    private static void TakeIn(SqliteDatabase database, IntentRun run, Action<string>? log)
    {
        using SqliteStatement put = database.PrepareForCaller(OverlaySchema.Put);
        using SqliteStatement remove = database.PrepareForCaller(OverlaySchema.Remove);
        using SqliteStatement removeSetAt = database.PrepareForCaller(OverlaySchema.RemoveRecord);
        while (run.Next(out IntentContent entry))
        {
            SqliteStatement statement = entry.Kind switch
            {
                IntentKind.Put => put,
                IntentKind.Remove => remove,
                _ => removeSetAt,
            };
            statement.Bind(1, entry.Key.Volume);
            statement.Bind(2, entry.Key.Ino);
            _ = entry.Bind(statement, 3, out _);
            int result = statement.Run();

            // Only a forged entry has a value that the table does not take: no reason to refuse the whole share.
            if ((result & 0xFF) is raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH)
                log?.Invoke(FormattableString.Invariant(
                    $"the log's record of inode {entry.Key.Ino} in volume {entry.Key.Volume} was left out: {database.Describe(result)}"));
            else
                Require(database, result);
        }
    }

    private static void Require(SqliteDatabase database, int result)
    {
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, database.Handle);
    }
}
