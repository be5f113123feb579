// All rows of a database, table by table: what an export is made of.
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Reads every table of a database in one state, without making its mount wait.</summary>
internal static class OverlayDump
{
    private const string Tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        + "AND name <> 'intent' ORDER BY name";

    /// <summary>All rows, one at a time; the database stays in one read transaction until the enumeration ends.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public static IEnumerable<DumpedRow> Rows(SqliteDatabase database)
    {
        database.Execute(OverlaySchema.BeginSnapshot);
        try
        {
            foreach (string table in TablesOf(database))
            {
                using SqliteStatement row = database.PrepareForCaller($"SELECT * FROM \"{table}\"");
                while (database.Query(row))
                    yield return new DumpedRow(table, ColumnsOf(row));
            }
        }
        finally
        {
            database.AbandonTransaction();
        }
    }

    private static List<string> TablesOf(SqliteDatabase database)
    {
        List<string> tables = [];
        using SqliteStatement row = database.PrepareForCaller(Tables);
        while (database.Query(row))
            tables.Add(row.Text(0));

        // A forged name must not become SQL: only what this program's schema has is read.
        return tables.FindAll(static table => table.All(static c => char.IsAsciiLetterLower(c) || c == '_'));
    }

    private static List<KeyValuePair<string, object>> ColumnsOf(SqliteStatement row)
    {
        List<KeyValuePair<string, object>> columns = [];
        for (int i = 0; i < row.ColumnCount; i++)
        {
            object? value = row.Type(i) switch
            {
                raw.SQLITE_INTEGER => row.Integer(i),
                raw.SQLITE_TEXT => row.Text(i),
                raw.SQLITE_BLOB => row.Bytes(i).ToArray(),
                _ => null,
            };
            if (value is not null)
                columns.Add(new KeyValuePair<string, object>(row.ColumnName(i), value));
        }

        return columns;
    }
}
