// A prepared statement without ADO.NET: binding, stepping and reading allocate nothing.
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>One prepared statement. Not thread-safe: used under the lock of its connection.</summary>
internal sealed class SqliteStatement(sqlite3_stmt statement) : IRowTarget, IDisposable
{
    private int _bindResult;

    /// <summary>Binds an integer; parameters count from 1.</summary>
    public void Bind(int parameter, long value) => Note(raw.sqlite3_bind_int64(statement, parameter, value));

    /// <summary>Binds 64 bits as the signed number that has the same bits.</summary>
    public void Bind(int parameter, ulong value) => Bind(parameter, unchecked((long)value));

    /// <summary>Binds bytes, NULL for null.</summary>
    public void Bind(int parameter, byte[]? value) =>
        Note(value is null
            ? raw.sqlite3_bind_null(statement, parameter)
            : raw.sqlite3_bind_blob(statement, parameter, value));

    /// <summary>Binds bytes that are there.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value) =>
        Note(raw.sqlite3_bind_blob(statement, parameter, value));

    /// <summary>Binds text.</summary>
    public void Bind(int parameter, string value) => Note(raw.sqlite3_bind_text(statement, parameter, value));

    /// <summary>Binds NULL.</summary>
    public void BindNull(int parameter) => Note(raw.sqlite3_bind_null(statement, parameter));

    /// <summary>Runs to the next row or the end.</summary>
    /// <returns>SQLITE_ROW, SQLITE_DONE or an error, also that of an earlier bind.</returns>
    public int Step() => _bindResult != raw.SQLITE_OK ? _bindResult : raw.sqlite3_step(statement);

    /// <summary>Ends the run, and with it the transaction that it is in if there was no BEGIN.</summary>
    public void Reset()
    {
        // The result repeats what Step has said.
        _ = raw.sqlite3_reset(statement);
        _bindResult = raw.SQLITE_OK;
    }

    /// <summary>Runs a statement that has no rows to its end and resets it.</summary>
    /// <returns>SQLITE_DONE or an error.</returns>
    public int Run()
    {
        int result = Step();
        Reset();
        return result;
    }

    /// <summary>The storage class of a column: SQLITE_INTEGER, SQLITE_NULL and so on; columns count from 0.</summary>
    public int Type(int column) => raw.sqlite3_column_type(statement, column);

    /// <summary>A column as an integer; 0 for NULL.</summary>
    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>A column's bytes, valid until the next Step or Reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>A column as text, empty for NULL.</summary>
    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    /// <summary>How many columns a row has.</summary>
    public int ColumnCount => raw.sqlite3_column_count(statement);

    /// <summary>A column's name.</summary>
    public string ColumnName(int column) => raw.sqlite3_column_name(statement, column).utf8_to_string();

    public void Dispose() => statement.Dispose();

    private void Note(int result)
    {
        if (result != raw.SQLITE_OK)
            _bindResult = result;
    }
}
