// What SQLite's result codes mean for callers and for people.
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Result codes (https://www.sqlite.org/rescode.html) as statuses and messages.</summary>
internal static class SqliteFailure
{
    private const int PrimaryBits = 0xFF;

    // The log's shared memory cannot grow: a full disk, seen through mmap.
    private const int SQLITE_IOERR_SHMSIZE = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>The status of a failed call at run time.</summary>
    public static OverlayStatus Status(int extended) => (extended & PrimaryBits) switch
    {
        raw.SQLITE_FULL => OverlayStatus.Full,
        raw.SQLITE_READONLY or raw.SQLITE_PERM => OverlayStatus.ReadOnly,
        _ => extended == SQLITE_IOERR_SHMSIZE ? OverlayStatus.Full : OverlayStatus.Failed,
    };

    /// <summary>The refusal of a database that cannot be opened: file, reason and cure.</summary>
    public static OverlayException Explain(string path, SqliteException e)
    {
        string text = (e.SqliteErrorCode & PrimaryBits) switch
        {
            raw.SQLITE_NOTADB => DatabaseFile.NotOurs(path).Message,
            raw.SQLITE_CORRUPT =>
                $"database {path} is damaged; restore a copy of it, or move it and its -wal file away to start anew",
            raw.SQLITE_FULL => $"database {path}: the disk is full; make room or give db=FILE on another disk",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                $"database {path} is being changed by another program; end it, or give another db=FILE",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN =>
                $"database {path} cannot be opened: file or directory is missing, read-only or not yours; "
                + "make both writable, or give db=FILE in a directory of yours",
            raw.SQLITE_IOERR =>
                $"database {path} cannot be read or written: its disk reports errors; give db=FILE on another disk",
            _ => $"database {path} cannot be used; give another db=FILE",
        };
        return new OverlayException($"{text} ({e.Message})", e);
    }
}
