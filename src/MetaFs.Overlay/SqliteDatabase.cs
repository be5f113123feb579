// One connection: opening, pragmas, schema version. What the store and the reader have in common.
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>One SQLite connection to a MetaFs database. Not thread-safe.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // SQLITE_LIMIT_LENGTH: no row, value or SQL text is longer. A damaged or forged row of megabytes is refused with
    // SQLITE_TOOBIG before its columns are copied. A record has about 200 bytes and a name of at most 4095; an extended
    // attribute 64 KiB and a name of at most 255.
    private const int SQLITE_LIMIT_LENGTH = 0;
    private const int LongestRow = 72 * 1024;

    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];

    private SqliteDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>The raw connection.</summary>
    public sqlite3 Handle => _connection.Handle!;

    /// <summary>Opens a file that exists.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or a pragma fails.</exception>
    public static SqliteDatabase Open(string path, bool writable)
    {
        SqliteNative.Initialize();
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = writable ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly,
            Cache = SqliteCacheMode.Private,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            SqliteDatabase database = new(connection);
            _ = raw.sqlite3_limit(database.Handle, SQLITE_LIMIT_LENGTH, LongestRow);
            _ = raw.sqlite3_extended_result_codes(database.Handle, 1);
            database.Execute(OverlaySchema.ConnectionPragmas);
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Prepares a statement that lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        SqliteStatement statement = PrepareForCaller(sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Prepares a statement that the caller disposes, before the connection.</summary>
    public SqliteStatement PrepareForCaller(string sql)
    {
        int result = raw.sqlite3_prepare_v2(Handle, sql, out sqlite3_stmt statement);
        SqliteException.ThrowExceptionForRC(result, Handle);
        return new SqliteStatement(statement);
    }

    /// <summary>Runs statements that give no rows worth reading.</summary>
    public void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Asks for one integer; 0 where there is no row.</summary>
    public long QueryInteger(string sql)
    {
        using SqliteStatement statement = PrepareForCaller(sql);
        return Query(statement) ? statement.Integer(0) : 0;
    }

    /// <summary>Asks for one text; empty where there is no row.</summary>
    public string QueryText(string sql)
    {
        using SqliteStatement statement = PrepareForCaller(sql);
        return Query(statement) ? statement.Text(0) : "";
    }

    /// <summary>Steps to the next row, as an exception where that fails.</summary>
    public bool Query(SqliteStatement statement)
    {
        int result = statement.Step();
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, Handle);
        return false;
    }

    /// <summary>A result code for people: SQLite's words for the last failure, if that is the one.</summary>
    public string Describe(int result) =>
        (raw.sqlite3_extended_errcode(Handle) == result ? raw.sqlite3_errmsg(Handle) : raw.sqlite3_errstr(result))
        .utf8_to_string();

    /// <summary>Rolls back if a transaction is open: after some errors SQLite has done so itself.</summary>
    public void AbandonTransaction()
    {
        if (raw.sqlite3_get_autocommit(Handle) == 0)
            Execute("ROLLBACK");
    }

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }
}
