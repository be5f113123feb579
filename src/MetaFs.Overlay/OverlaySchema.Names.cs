// SQL of volumes that are kept by name.
namespace MetaFs.Overlay;

internal static partial class OverlaySchema
{
    public const string AnyName = "SELECT EXISTS (SELECT 1 FROM name)";
    public const string FindName = "SELECT ino FROM name WHERE volume = ?1 AND parent = ?2 AND name = ?3";
    public const string NamesOf = "SELECT parent, name FROM name WHERE volume = ?1 AND ino = ?2 ORDER BY parent, name";
    public const string CountNames = "SELECT count(*) FROM name WHERE volume = ?1 AND ino = ?2";

    public const string IsTaken =
        "SELECT EXISTS (SELECT 1 FROM name WHERE volume = ?1 AND ino = ?2) "
        + "OR EXISTS (SELECT 1 FROM name WHERE volume = ?1 AND parent = ?2) "
        + "OR EXISTS (SELECT 1 FROM record WHERE volume = ?1 AND ino = ?2)";

    public const string PutName =
        """
        INSERT INTO name (volume, parent, name, ino) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (volume, parent, name) DO UPDATE SET ino = excluded.ino WHERE ino <> excluded.ino
        """;

    public const string RemoveName =
        "DELETE FROM name WHERE volume = ?1 AND parent = ?2 AND name = ?3 AND (?4 = 0 OR ino = ?4)";

    public const string LastMove = "SELECT ifnull(max(id), 0) FROM move";

    public const string BeginMove =
        """
        INSERT INTO move (id, volume, from_parent, from_name, to_parent, to_name, exchange,
            type, guard_kind, guard_value, size, mtime)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    public const string EndMove = "DELETE FROM move WHERE id = ?1";

    public const string PendingMoves =
        "SELECT id, from_parent, from_name, to_parent, to_name, exchange, type, guard_kind, guard_value, size, mtime "
        + "FROM move WHERE volume = ?1 ORDER BY id";

    private const string Version7 =
        """
        ALTER TABLE volume ADD COLUMN by_name INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE name (
            volume INTEGER NOT NULL,
            parent INTEGER NOT NULL,
            name BLOB NOT NULL CHECK (length(name) <= 4095),
            ino INTEGER NOT NULL,
            PRIMARY KEY (volume, parent, name)
        ) WITHOUT ROWID;

        CREATE INDEX name_ino ON name (volume, ino);

        CREATE TABLE move (
            id INTEGER PRIMARY KEY,
            volume INTEGER NOT NULL,
            from_parent INTEGER NOT NULL,
            from_name BLOB NOT NULL,
            to_parent INTEGER NOT NULL,
            to_name BLOB NOT NULL,
            exchange INTEGER NOT NULL,
            type INTEGER NOT NULL,
            guard_kind INTEGER NOT NULL CHECK (guard_kind BETWEEN 0 AND 2),
            guard_value INTEGER NOT NULL,
            size INTEGER NOT NULL,
            mtime INTEGER NOT NULL
        );
        """;
}
