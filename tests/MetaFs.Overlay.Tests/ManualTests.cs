using System.Runtime.CompilerServices;
using MetaFs.Overlay.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace MetaFs.Overlay.Tests;

/// <summary>metafs-overlay(5) describes every table and column. A new one fails here until it is described.</summary>
public sealed class ManualTests : IDisposable
{
    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_column_is_described()
    {
        string manual = ReadManual();
        string record = Section(manual, "record");
        foreach (IGrouping<string, string> table in Columns())
        {
            // What was a record, or an attribute of one, has its columns.
            string text = table.Key switch
            {
                "quarantine" => Section(manual, "quarantine") + record,
                "quarantine_xattr" => Section(manual, "quarantine") + Section(manual, "xattr"),
                _ => Section(manual, table.Key),
            };
            string[] missing = table.Where(c => !IsDescribed(text, table.Key, c)).ToArray();
            Assert.True(missing.Length == 0, $"docs/metafs-overlay.5.md, {table.Key}: nothing of {string.Join(", ", missing)}");
        }
    }

    [Fact]
    public void Every_table_described_is_there()
    {
        string[] tables = Columns().Select(static t => t.Key).ToArray();
        string manual = ReadManual();
        string section = manual[manual.IndexOf("\n## Tables\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 1, StringComparison.Ordinal)];
        foreach (string line in section.Split('\n'))
        {
            if (line.StartsWith("### ", StringComparison.Ordinal))
                Assert.Contains(line[4..line.IndexOf(':', StringComparison.Ordinal)], tables);
        }
    }

    [Fact]
    public void The_version_is_the_present_one() =>
        Assert.Contains($"`user_version` is the schema's version, now {OverlaySchema.Version}.", ReadManual(), StringComparison.Ordinal);

    private static bool IsDescribed(string text, string table, string column)
    {
        // a rowid that only the table itself knows
        if (table == "xattr" && column == "id")
            return true;
        int underscore = column.IndexOf('_', StringComparison.Ordinal);
        return text.Contains($"`{column}`", StringComparison.Ordinal)
            || (underscore > 0 && text.Contains($"`*{column[underscore..]}`", StringComparison.Ordinal));
    }

    private static string Section(string manual, string table)
    {
        int start = manual.IndexOf($"\n### {table}:", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/metafs-overlay.5.md has no section \"### {table}: ...\"");
        int end = manual.IndexOf("\n##", start + 1, StringComparison.Ordinal);
        return manual[start..end];
    }

    private ILookup<string, string> Columns()
    {
        _files.Make();
        using var database = new SqliteConnection($"Data Source={_files.File};Mode=ReadOnly;Pooling=False");
        database.Open();
        using SqliteCommand command = database.CreateCommand();
        command.CommandText =
            """
            SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
            """;
        using SqliteDataReader rows = command.ExecuteReader();
        var columns = new List<(string Table, string Column)>();
        while (rows.Read())
            columns.Add((rows.GetString(0), rows.GetString(1)));
        Assert.NotEmpty(columns);
        return columns.ToLookup(static c => c.Table, static c => c.Column);
    }

    private static string ReadManual([CallerFilePath] string here = "") => File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "metafs-overlay.5.md"));
}
