// A copy of a database as it is at one moment, mounted or not.
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Copies a database; neither side waits for the other.</summary>
public static class OverlayBackup
{
    // errno(3): what an IOException of the runtime has for HResult.
    private const int EIO = 5;
    private const int EACCES = 13;
    private const int EEXIST = 17;
    private const int ENOSPC = 28;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a copy and checks it.</summary>
    /// <param name="database">The database; its schema is looked at first.</param>
    /// <param name="file">The copy, which must not exist; it appears when it is complete and on disk.</param>
    /// <param name="flush">fsync(2), as <see cref="OverlayOpenOptions.Flush"/>.</param>
    /// <returns>What is in the copy.</returns>
    /// <exception cref="OverlayException">The database cannot be read, or the copy has not become one.</exception>
    /// <exception cref="IOException">The copy cannot be written, or exists.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static OverlayCounts Write(string database, string file, Func<SafeFileHandle, string?> flush)
    {
        string source = DatabaseFile.Absolute(database);
        string target = DatabaseFile.Absolute(file);
        using (OverlayReader reader = OverlayReader.Open(source))
            _ = reader.Volumes();
        if (Path.Exists(target) || new FileInfo(target).LinkTarget is not null)
            throw new IOException($"{target}: EEXIST (File exists)", EEXIST);
        string part = $"{target}.part-{Environment.ProcessId}";
        using (new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            // Empty, and ours alone: SQLite fills it.
        }

        try
        {
            IntentRun run = IntentLog.Read(DatabaseFile.IntentsOf(source));
            Copy(source, part);
            TakeIntents(part, run);
            OverlayCounts counts = Check(part);
            using (FileStream written = new(part, FileMode.Open, FileAccess.ReadWrite))
            {
                if (flush(written.SafeFileHandle) is { } problem)
                    throw new IOException($"syncing it failed: {problem}");
            }

            // rename(2) would replace a file that was made meanwhile.
            File.Move(part, target, overwrite: false);
            return counts;
        }
        finally
        {
            File.Delete(part);
        }
    }

    // One read transaction: the mount goes on writing into the log meanwhile.
    private static void Copy(string source, string target)
    {
        try
        {
            using SqliteDatabase database = SqliteDatabase.Open(source, writable: false);
            using SqliteStatement vacuum = database.PrepareForCaller("VACUUM INTO ?1");
            vacuum.Bind(1, target);
            try
            {
                _ = database.Query(vacuum);
            }
            catch (SqliteException e) when (ErrnoOfTarget(e) is var errno and not 0)
            {
                throw new IOException($"{target}: {e.Message}", errno);
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(source, e);
        }
    }

    // What was acknowledged before the copy was begun is in it.
    private static void TakeIntents(string copy, IntentRun run)
    {
        try
        {
            using SqliteDatabase database = SqliteDatabase.Open(copy, writable: true);
            IntentReplay.Play(database, run, null);
        }
        catch (SqliteException e) when (ErrnoOfTarget(e) is var errno and not 0)
        {
            throw new IOException($"{copy}: {e.Message}", errno);
        }
    }

    // The source is only read: what fails to write is the target.
    private static int ErrnoOfTarget(SqliteException e) => e.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => ENOSPC,
        raw.SQLITE_CANTOPEN => EACCES,
        _ => e.SqliteExtendedErrorCode is raw.SQLITE_IOERR_WRITE or raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_TRUNCATE
            ? EIO
            : 0,
    };

    private static OverlayCounts Check(string copy)
    {
        using OverlayReader reader = OverlayReader.Open(copy);
        IReadOnlyList<string> findings = reader.Check();
        return findings.Count == 0
            ? reader.Counts()
            : throw new OverlayException($"the copy {copy} is damaged: {findings[0]}");
    }
}
