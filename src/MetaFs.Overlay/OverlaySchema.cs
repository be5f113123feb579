// All SQL text: tables, pragmas, migrations, statements. The meaning of the columns is in docs/metafs-overlay.5.md.
namespace MetaFs.Overlay;

/// <summary>The database's format.</summary>
internal static partial class OverlaySchema
{
    /// <summary>"MtFs" in the file's header, by which file(1) and we know the database.</summary>
    public const int ApplicationId = 0x4D744673;

    /// <summary>The longest name of a hint, bytes: what fits a path (PATH_MAX - 1).</summary>
    public const int LongestName = 4095;

    /// <summary>Quarantined rows that are kept; older ones go.</summary>
    public const int QuarantineRows = 100_000;

    /// <summary>The columns of a record, in the order that <see cref="RecordRow"/> follows.</summary>
    public const string RecordColumns =
        "type, guard_kind, guard_value, "
        + "uid, uid_reason, uid_errno, uid_set_at, uid_set_by, gid, gid_reason, gid_errno, gid_set_at, gid_set_by, "
        + "mode, mode_reason, mode_errno, mode_set_at, mode_set_by, "
        + "atime, atime_reason, atime_errno, atime_set_at, atime_set_by, "
        + "mtime, mtime_reason, mtime_errno, mtime_set_at, mtime_set_by, "
        + "witness_mtime, witness_ctime, witness_size, witness_taken_at, witness_settled_at, "
        + "ctime, set_at, set_by, hint_parent, hint_name, rdev, target, placeholder_mtime, xattrs";

    // trusted_schema, cell_size_check, mmap_size: the file is data, and damage in it must not become ours.
    // hard_heap_limit, for the whole process: a seek compares keys, and for that reads a row with overflow pages as a
    // whole; a forged one must not take more than this. Two caches of 16 MiB are what is really used.
    // busy_timeout: only another program's checkpoint or recovery can make anyone wait.
    // secure_delete is on in Debian's library; zeroing deleted rows buys nothing here and costs writes.
    public const string ConnectionPragmas =
        """
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA mmap_size = 0;
        PRAGMA busy_timeout = 10000;
        PRAGMA temp_store = MEMORY;
        PRAGMA secure_delete = OFF;
        PRAGMA cache_size = -16384;
        PRAGMA hard_heap_limit = 134217728;
        """;

    // synchronous = NORMAL: a commit is one write to the log, which is in the page cache and so survives SIGKILL; the
    // log is synced before a checkpoint and by Sync.
    // 4000 pages: the log's index is in blocks of about 4096 pages, and a second one would double the look-up.
    // journal_size_limit gives the disk back after one long transaction.
    public const string WriterPragmas =
        """
        PRAGMA locking_mode = NORMAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA wal_autocheckpoint = 4000;
        PRAGMA journal_size_limit = 67108864;
        """;

    /// <summary>Answers the mode that is then in force.</summary>
    public const string SetWal = "PRAGMA journal_mode = WAL";

    public const string GetApplicationId = "PRAGMA application_id";
    public const string GetVersion = "PRAGMA user_version";
    public const string CountTables = "SELECT count(*) FROM sqlite_master";
    public const string AnyRecord = "SELECT EXISTS (SELECT 1 FROM record)";
    public const string AnyXattr = "SELECT EXISTS (SELECT 1 FROM xattr)";
    public const string QuickCheck = "PRAGMA quick_check(20)";

    public const string Begin = "BEGIN IMMEDIATE";
    public const string BeginSnapshot = "BEGIN";
    public const string Commit = "COMMIT";

    public const string Get = $"SELECT {RecordColumns} FROM record WHERE volume = ?1 AND ino = ?2";

    public const string Put =
        $"""
        INSERT OR REPLACE INTO record (volume, ino, {RecordColumns})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    public const string Remove = "DELETE FROM record WHERE volume = ?1 AND ino = ?2";

    // set_at tells one use of an inode number from another: no two records of one number are set in the same nanosecond.
    public const string RemoveRecord = "DELETE FROM record WHERE volume = ?1 AND ino = ?2 AND set_at = ?3";

    public const string AllRecords = $"SELECT {RecordColumns}, volume, ino FROM record ORDER BY volume, ino";

    // A place that has not changed writes no page.
    public const string PutDirectory =
        """
        INSERT INTO directory (volume, ino, parent, name) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (volume, ino) DO UPDATE SET parent = excluded.parent, name = excluded.name
        WHERE parent <> excluded.parent OR name <> excluded.name
        """;

    public const string RemoveDirectory = "DELETE FROM directory WHERE volume = ?1 AND ino = ?2";

    // On a volume kept by name its name is a directory's place.
    public const string GetDirectory =
        "SELECT parent, name FROM directory WHERE volume = ?1 AND ino = ?2 "
        + "UNION ALL SELECT parent, name FROM name WHERE volume = ?1 AND ino = ?2 LIMIT 1";

    public const string BeginRemoval = "INSERT OR IGNORE INTO removal (volume, ino) VALUES (?1, ?2)";
    public const string EndRemoval = "DELETE FROM removal WHERE volume = ?1 AND ino = ?2";

    public const string PendingRemovals =
        $"SELECT {RecordColumns}, r.ino FROM removal AS r LEFT JOIN record USING (volume, ino) "
        + "WHERE r.volume = ?1 ORDER BY r.ino";

    public const string GetXattr = "SELECT value FROM xattr WHERE volume = ?1 AND ino = ?2 AND name = ?3";

    // Names alone come from the index; the size of a value is in its row's header.
    public const string XattrNames =
        "SELECT name, length(value), value IS NULL FROM xattr WHERE volume = ?1 AND ino = ?2 ORDER BY name";

    public const string XattrValues =
        "SELECT name, length(value), value IS NULL, value FROM xattr WHERE volume = ?1 AND ino = ?2 ORDER BY name";

    public const string XattrTotals =
        "SELECT total(length(name) + 1), total(length(value)) FROM xattr WHERE volume = ?1 AND ino = ?2";

    public const string PutXattr =
        "INSERT OR REPLACE INTO xattr (volume, ino, name, value) VALUES (?1, ?2, ?3, ?4)";

    public const string RemoveXattr = "DELETE FROM xattr WHERE volume = ?1 AND ino = ?2 AND name = ?3";

    public const string RemoveXattrs = "DELETE FROM xattr WHERE volume = ?1 AND ino = ?2";

    // A record that was left alone is another file's, and so are its attributes.
    public const string RemoveOrphanXattrs =
        """
        DELETE FROM xattr WHERE volume = ?1 AND ino = ?2
        AND NOT EXISTS (SELECT 1 FROM record WHERE volume = ?1 AND ino = ?2)
        """;

    // Of the record that was quarantined last.
    public const string QuarantineXattrs =
        """
        INSERT INTO quarantine_xattr (record, name, value)
        SELECT (SELECT max(id) FROM quarantine), name, value FROM xattr WHERE volume = ?1 AND ino = ?2
        """;

    public const string TrimQuarantineXattrs =
        "DELETE FROM quarantine_xattr WHERE record <= (SELECT max(id) FROM quarantine) - ?1";

    public const string DropQuarantinedXattrs =
        "DELETE FROM quarantine_xattr WHERE record IN (SELECT id FROM quarantine WHERE moved_at < ?1)";

    public const string DropQuarantined = "DELETE FROM quarantine WHERE moved_at < ?1";

    public const string CountXattrs = "SELECT count(*) FROM xattr";

    public const string CountOrphanXattrs =
        """
        SELECT count(*) FROM xattr AS x WHERE NOT EXISTS
        (SELECT 1 FROM record AS r WHERE r.volume = x.volume AND r.ino = x.ino AND r.xattrs <> 0)
        """;

    public const string Quarantine =
        $"""
        INSERT INTO quarantine (volume, ino, {RecordColumns}, reason, moved_at)
        SELECT volume, ino, {RecordColumns}, ?3, ?4 FROM record
        WHERE volume = ?1 AND ino = ?2 AND (?5 IS NULL OR set_at = ?5)
        """;

    public const string TrimQuarantine =
        "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?1";

    public const string AllQuarantined =
        $"SELECT {RecordColumns}, volume, ino, reason, moved_at FROM quarantine ORDER BY id";

    public const string AllVolumes =
        "SELECT id, file_system, source, root_ino, root_btime, chown, chmod, utimens, false_btime, "
        + "placeholders, hidden, by_name FROM volume "
        + "ORDER BY id";

    public const string AddVolume =
        "INSERT INTO volume (file_system, source, root_ino, root_btime, by_name) VALUES (?1, ?2, ?3, ?4, ?5) "
        + "RETURNING id";

    public const string UpdateVolume = "UPDATE volume SET source = ?2, root_ino = ?3, root_btime = ?4 WHERE id = ?1";

    public const string RebindVolume =
        "UPDATE volume SET file_system = ?2, source = ?3, root_ino = ?4, root_btime = ?5 WHERE id = ?1";

    public const string PutTraits =
        "UPDATE volume SET chown = ?2, chmod = ?3, utimens = ?4, false_btime = ?5, placeholders = ?6 WHERE id = ?1";

    public const string PutHiddenDirectory = "UPDATE volume SET hidden = ?2 WHERE id = ?1";

    public const string BeginReplacement =
        "INSERT OR REPLACE INTO replacement (volume, hidden, path) VALUES (?1, ?2, ?3)";

    public const string EndReplacement = "DELETE FROM replacement WHERE volume = ?1 AND hidden = ?2";
    public const string PendingReplacements = "SELECT hidden, path FROM replacement WHERE volume = ?1 ORDER BY hidden";

    public const string CountRecords = "SELECT count(*) FROM record";
    public const string CountDirectories = "SELECT count(*) FROM directory";
    public const string CountQuarantined = "SELECT count(*) FROM quarantine";

    /// <summary>Migrations[n] takes the schema from version n to n + 1. Released ones are never changed.</summary>
    public static readonly string[] Migrations = [Version1, Version2, Version3, Version4, Version5, Version6, Version7, Version8];

    /// <summary>The version that this program reads and writes.</summary>
    public static int Version => Migrations.Length;

    // No STRICT: it needs SQLite 3.37 and the bundled one is 3.35. The checks hold types and ranges instead; text in an
    // integer column compares greater than every number, so BETWEEN refuses it. No foreign keys: volumes are never
    // deleted, and a look-up per change would cost more than the rest of the statement.
    // AUTOINCREMENT: an id that was once given is not given again, or old records would turn up on another share.
    private const string Version1 =
        """
        CREATE TABLE volume (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file_system TEXT NOT NULL,
            source TEXT NOT NULL,
            root_ino INTEGER NOT NULL,
            root_btime INTEGER NOT NULL,
            chown INTEGER NOT NULL DEFAULT 0,
            chmod INTEGER NOT NULL DEFAULT 0,
            utimens INTEGER NOT NULL DEFAULT 0,
            false_btime INTEGER NOT NULL DEFAULT 0
        );

        CREATE TABLE record (
            volume INTEGER NOT NULL,
            ino INTEGER NOT NULL,
            type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 0xF000),
            guard_kind INTEGER NOT NULL CHECK (guard_kind BETWEEN 0 AND 2),
            guard_value INTEGER NOT NULL,
            uid INTEGER CHECK (uid BETWEEN 0 AND 0xFFFFFFFE),
            uid_reason INTEGER CHECK (uid_reason BETWEEN 1 AND 6),
            uid_errno INTEGER CHECK (uid_errno BETWEEN 0 AND 4095),
            gid INTEGER CHECK (gid BETWEEN 0 AND 0xFFFFFFFE),
            gid_reason INTEGER CHECK (gid_reason BETWEEN 1 AND 6),
            gid_errno INTEGER CHECK (gid_errno BETWEEN 0 AND 4095),
            mode INTEGER CHECK (mode BETWEEN 0 AND 0xFFF),
            mode_reason INTEGER CHECK (mode_reason BETWEEN 1 AND 6),
            mode_errno INTEGER CHECK (mode_errno BETWEEN 0 AND 4095),
            atime INTEGER,
            atime_reason INTEGER CHECK (atime_reason BETWEEN 1 AND 6),
            atime_errno INTEGER CHECK (atime_errno BETWEEN 0 AND 4095),
            mtime INTEGER,
            mtime_reason INTEGER CHECK (mtime_reason BETWEEN 1 AND 6),
            mtime_errno INTEGER CHECK (mtime_errno BETWEEN 0 AND 4095),
            witness_mtime INTEGER,
            witness_ctime INTEGER,
            witness_size INTEGER,
            witness_taken_at INTEGER,
            witness_settled_at INTEGER,
            ctime INTEGER NOT NULL,
            set_at INTEGER NOT NULL,
            hint_parent INTEGER NOT NULL,
            hint_name BLOB CHECK (length(hint_name) <= 4095),
            PRIMARY KEY (volume, ino)
        ) WITHOUT ROWID;

        CREATE TABLE directory (
            volume INTEGER NOT NULL,
            ino INTEGER NOT NULL,
            parent INTEGER NOT NULL,
            name BLOB NOT NULL CHECK (length(name) <= 4095),
            PRIMARY KEY (volume, ino)
        ) WITHOUT ROWID;

        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY,
            volume INTEGER, ino INTEGER,
            type INTEGER, guard_kind INTEGER, guard_value INTEGER,
            uid INTEGER, uid_reason INTEGER, uid_errno INTEGER,
            gid INTEGER, gid_reason INTEGER, gid_errno INTEGER,
            mode INTEGER, mode_reason INTEGER, mode_errno INTEGER,
            atime INTEGER, atime_reason INTEGER, atime_errno INTEGER,
            mtime INTEGER, mtime_reason INTEGER, mtime_errno INTEGER,
            witness_mtime INTEGER, witness_ctime INTEGER, witness_size INTEGER,
            witness_taken_at INTEGER, witness_settled_at INTEGER,
            ctime INTEGER, set_at INTEGER, hint_parent INTEGER, hint_name BLOB,
            reason TEXT, moved_at INTEGER
        );
        """;

    private const string Version2 =
        """
        CREATE TABLE removal (
            volume INTEGER NOT NULL,
            ino INTEGER NOT NULL,
            PRIMARY KEY (volume, ino)
        ) WITHOUT ROWID;
        """;

    private const string Version3 =
        """
        ALTER TABLE record ADD COLUMN rdev INTEGER CHECK (rdev BETWEEN 0 AND 0xFFFFFFFF);
        ALTER TABLE record ADD COLUMN target BLOB CHECK (length(target) BETWEEN 1 AND 4095);
        ALTER TABLE record ADD COLUMN placeholder_mtime INTEGER;
        ALTER TABLE quarantine ADD COLUMN rdev INTEGER;
        ALTER TABLE quarantine ADD COLUMN target BLOB;
        ALTER TABLE quarantine ADD COLUMN placeholder_mtime INTEGER;
        ALTER TABLE volume ADD COLUMN placeholders INTEGER NOT NULL DEFAULT 0;
        """;

    // Who set what, and when: NULL means with the record's last change, so that only what is older than that takes room.
    private const string Version4 =
        """
        ALTER TABLE record ADD COLUMN uid_set_at INTEGER;
        ALTER TABLE record ADD COLUMN uid_set_by INTEGER CHECK (uid_set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE record ADD COLUMN gid_set_at INTEGER;
        ALTER TABLE record ADD COLUMN gid_set_by INTEGER CHECK (gid_set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE record ADD COLUMN mode_set_at INTEGER;
        ALTER TABLE record ADD COLUMN mode_set_by INTEGER CHECK (mode_set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE record ADD COLUMN atime_set_at INTEGER;
        ALTER TABLE record ADD COLUMN atime_set_by INTEGER CHECK (atime_set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE record ADD COLUMN mtime_set_at INTEGER;
        ALTER TABLE record ADD COLUMN mtime_set_by INTEGER CHECK (mtime_set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE record ADD COLUMN set_by INTEGER CHECK (set_by BETWEEN 0 AND 0xFFFFFFFE);
        ALTER TABLE quarantine ADD COLUMN uid_set_at INTEGER;
        ALTER TABLE quarantine ADD COLUMN uid_set_by INTEGER;
        ALTER TABLE quarantine ADD COLUMN gid_set_at INTEGER;
        ALTER TABLE quarantine ADD COLUMN gid_set_by INTEGER;
        ALTER TABLE quarantine ADD COLUMN mode_set_at INTEGER;
        ALTER TABLE quarantine ADD COLUMN mode_set_by INTEGER;
        ALTER TABLE quarantine ADD COLUMN atime_set_at INTEGER;
        ALTER TABLE quarantine ADD COLUMN atime_set_by INTEGER;
        ALTER TABLE quarantine ADD COLUMN mtime_set_at INTEGER;
        ALTER TABLE quarantine ADD COLUMN mtime_set_by INTEGER;
        ALTER TABLE quarantine ADD COLUMN set_by INTEGER;
        """;

    // A table with rowids: its index holds names only, so that no seek reads values.
    private const string Version5 =
        """
        ALTER TABLE record ADD COLUMN xattrs INTEGER NOT NULL DEFAULT 0 CHECK (xattrs BETWEEN 0 AND 31);
        ALTER TABLE quarantine ADD COLUMN xattrs INTEGER;

        CREATE TABLE xattr (
            id INTEGER PRIMARY KEY,
            volume INTEGER NOT NULL,
            ino INTEGER NOT NULL,
            name BLOB NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
            value BLOB CHECK (length(value) <= 65536),
            UNIQUE (volume, ino, name)
        );

        CREATE TABLE quarantine_xattr (record INTEGER, name BLOB, value BLOB);
        CREATE INDEX quarantine_xattr_record ON quarantine_xattr (record);
        """;

    private const string Version6 =
        """
        ALTER TABLE volume ADD COLUMN hidden TEXT;

        CREATE TABLE replacement (
            volume INTEGER NOT NULL,
            hidden TEXT NOT NULL,
            path BLOB NOT NULL,
            PRIMARY KEY (volume, hidden)
        ) WITHOUT ROWID;
        """;
}
