// The way back of an export: rows into a database that has none.
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace MetaFs.Overlay;

/// <summary>Fills an empty database, in one transaction: all rows, or none. One thread.</summary>
public sealed class OverlayRestore : IDisposable
{
    private readonly string _path;
    private readonly DatabaseLock _lock;
    private readonly SqliteDatabase _database;
    private readonly Dictionary<string, Dictionary<string, string>> _tables = [];
    private readonly Dictionary<string, SqliteStatement> _inserts = [];

    private OverlayRestore(string path, DatabaseLock held, SqliteDatabase database)
    {
        _path = path;
        _lock = held;
        _database = database;
    }

    /// <summary>Makes the database, or takes one without records and volumes.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <exception cref="OverlayException">It has records, is mounted, or cannot be made.</exception>
    public static OverlayRestore Open(string path)
    {
        string file = DatabaseFile.Absolute(path);
        using (var store = SqliteOverlayStore.Open(file, new OverlayOpenOptions()))
        {
            if (!store.IsEmpty || store.HasVolumes)
                throw new OverlayException(
                    $"database {file} has records already, and these must not mix; name a file that is not there yet");
        }

        DatabaseLock held = DatabaseLock.Acquire(file, TimeSpan.Zero);
        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.Open(file, writable: true);
            database.Execute(OverlaySchema.Begin);
            return new OverlayRestore(file, held, database);
        }
        catch (SqliteException e)
        {
            database?.Dispose();
            held.Dispose();
            throw SqliteFailure.Explain(file, e);
        }
    }

    /// <summary>Whether a table has a column, and what it is declared as.</summary>
    /// <returns>INTEGER, TEXT or BLOB; null: there is no such column.</returns>
    public string? TypeOf(string table, string column) => ColumnsOf(table).GetValueOrDefault(column);

    /// <summary>Whether the database has the table.</summary>
    public bool HasTable(string table) => ColumnsOf(table).Count > 0;

    /// <summary>Adds one row.</summary>
    /// <returns>What is wrong with it, for people; null: it is in.</returns>
    public string? Insert(DumpedRow row)
    {
        try
        {
            SqliteStatement insert = InsertFor(row);
            for (int i = 0; i < row.Columns.Count; i++)
                Bind(insert, i + 1, row.Columns[i].Value);
            int result = insert.Step();
            string? problem = result == SQLitePCL.raw.SQLITE_DONE ? null : _database.Describe(result);
            insert.Reset();
            return problem;
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(_path, e);
        }
    }

    /// <summary>Keeps what was added, and makes it survive power loss.</summary>
    /// <exception cref="OverlayException">A record has an impossible value; nothing is kept.</exception>
    public void Commit()
    {
        try
        {
            RequireSoundRecords();
            _database.Execute(OverlaySchema.Commit);
            _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(_path, e);
        }
    }

    /// <summary>Closes the database; what was not committed is gone.</summary>
    public void Dispose()
    {
        foreach (SqliteStatement insert in _inserts.Values)
            insert.Dispose();
        _database.AbandonTransaction();
        _database.Dispose();
        _lock.Dispose();
    }

    // The columns' checks hold ranges; what they cannot say, the record's own reader does.
    private void RequireSoundRecords()
    {
        using SqliteStatement row = _database.PrepareForCaller(OverlaySchema.AllRecords);
        while (_database.Query(row))
        {
            if (RecordRow.Read(row, out _) is { } problem)
                throw new OverlayException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the record of inode {unchecked((ulong)row.Integer(RecordRow.Columns + 1))} has an impossible {problem}"));
        }
    }

    private Dictionary<string, string> ColumnsOf(string table)
    {
        if (_tables.TryGetValue(table, out Dictionary<string, string>? known))
            return known;
        Dictionary<string, string> columns = [];
        bool isOurs = table.All(static c => char.IsAsciiLetterLower(c) || c == '_')
            && !table.StartsWith("sqlite_", StringComparison.Ordinal);
        if (isOurs)
        {
            using SqliteStatement row = _database.PrepareForCaller($"SELECT name, type FROM pragma_table_info('{table}')");
            while (_database.Query(row))
                columns.Add(row.Text(0), row.Text(1));
        }

        _tables.Add(table, columns);
        return columns;
    }

    // Columns are those of the schema, by TypeOf, so their names are safe in SQL.
    private SqliteStatement InsertFor(DumpedRow row)
    {
        string names = string.Join(", ", row.Columns.Select(static column => column.Key));
        string key = $"{row.Table}: {names}";
        if (_inserts.TryGetValue(key, out SqliteStatement? insert))
            return insert;
        if (row.Columns.Any(column => TypeOf(row.Table, column.Key) is null))
            throw new ArgumentException("a column that the table does not have", nameof(row));
        string marks = string.Join(", ", Enumerable.Repeat("?", row.Columns.Count));
        insert = _database.PrepareForCaller($"INSERT INTO \"{row.Table}\" ({names}) VALUES ({marks})");
        _inserts.Add(key, insert);
        return insert;
    }

    private static void Bind(SqliteStatement insert, int parameter, object value)
    {
        switch (value)
        {
            case long number:
                insert.Bind(parameter, number);
                break;
            case string text:
                insert.Bind(parameter, text);
                break;
            case byte[] bytes:
                insert.Bind(parameter, bytes);
                break;
            default:
                throw new ArgumentException($"no column holds a {value.GetType().Name}", nameof(value));
        }
    }
}
