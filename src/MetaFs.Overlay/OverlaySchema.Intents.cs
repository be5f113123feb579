// SQL of the log of intents.
using System.Globalization;

namespace MetaFs.Overlay;

internal static partial class OverlaySchema
{
    /// <summary>The run of the log whose entries the tables do not have yet; 0: none was ever begun.</summary>
    public const string Run = "SELECT run FROM intent";

    public const string PutRun = "UPDATE intent SET run = ?1";

    // gone: 0 a record, 1 none, 2 none if its set_at is this one.
    public const string PendingTable =
        $"CREATE TEMP TABLE pending (volume, ino, {RecordColumns}, gone DEFAULT 0, PRIMARY KEY (volume, ino))";

    public const string DropPending = "DROP VIEW IF EXISTS temp.record; DROP TABLE IF EXISTS temp.pending";

    public const string PutPending =
        $"""
        INSERT OR REPLACE INTO pending (volume, ino, {RecordColumns})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    public const string RemovePending =
        """
        INSERT OR REPLACE INTO pending (volume, ino, set_at, gone)
        VALUES (?1, ?2, ?3, CASE WHEN ?3 IS NULL THEN 1 ELSE 2 END)
        """;

    private const string Version8 =
        """
        CREATE TABLE intent (run INTEGER NOT NULL);
        INSERT INTO intent (run) VALUES (0);
        """;

    /// <summary>What hides the table of records behind one that has the log's too, while the database waits for that run.</summary>
    public static string PendingView(long run) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CREATE TEMP VIEW record AS
        SELECT volume, ino, {RecordColumns} FROM main.record AS r
        WHERE (SELECT run FROM main.intent) <> {run} OR NOT EXISTS (
            SELECT 1 FROM temp.pending AS p
            WHERE p.volume = r.volume AND p.ino = r.ino AND (p.gone < 2 OR p.set_at = r.set_at))
        UNION ALL
        SELECT volume, ino, {RecordColumns} FROM temp.pending
        WHERE gone = 0 AND (SELECT run FROM main.intent) = {run}
        """);
}
