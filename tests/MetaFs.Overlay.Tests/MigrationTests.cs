using System.Security.Cryptography;
using System.Text;
using MetaFs.Overlay.Tests.Harness;
using Microsoft.Data.Sqlite;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Schema versions: older ones are brought up, newer ones refused.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void An_empty_file_gets_the_present_schema()
    {
        _files.Make();
        Assert.Equal(OverlaySchema.Version, _files.QueryInteger(OverlaySchema.GetVersion));
        Assert.Equal(OverlaySchema.ApplicationId, _files.QueryInteger(OverlaySchema.GetApplicationId));
        Assert.Equal(0, _files.QueryInteger("SELECT count(*) FROM record"));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void A_newer_schema_is_refused_and_kept(int version)
    {
        _files.Make();
        _files.Execute($"PRAGMA user_version = {version}");
        string message = _files.OpenFailure();
        AssertSays(_files.File, message);
        AssertSays("newer MetaFs", message);
        AssertSays("newer MetaFs", Assert.Throws<OverlayException>(() => OverlayReader.Open(_files.File)).Message);
        Assert.Equal(version, _files.QueryInteger(OverlaySchema.GetVersion));
    }

    [Fact]
    public void Version_1_is_what_was_released()
    {
        // Released migrations are never changed: a database made by an old program must fit the present one.
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(OverlaySchema.Migrations[0]));
        Assert.Equal(
            "7954ef26d91be775405aa725e678b71a31012fee9ba1abef0c57fe9bd0f4c9c3",
            Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void A_database_of_version_1_is_brought_up_and_keeps_its_rows()
    {
        File.WriteAllBytes(_files.File, []);
        _files.Execute(
            $"PRAGMA application_id = {OverlaySchema.ApplicationId}; PRAGMA user_version = 1;"
            + OverlaySchema.Migrations[0]
            + """
            INSERT INTO record (volume, ino, type, guard_kind, guard_value, uid, uid_reason, uid_errno, ctime, set_at,
                hint_parent) VALUES (1, 5, 0x8000, 1, 7, 42, 1, 1, 8, 9, 0);
            """);
        Assert.Throws<OverlayException>(() => OverlayReader.Open(_files.File));
        using SqliteOverlayStore again = _files.Open();
        InodeRecord record = Read(again, new InodeKey(1, 5))!;
        Assert.Equal(new IdValue(42, new Reason(ReasonKind.Refused, 1)), record.Uid);
        Assert.Equal(new Origin(9, null), record.OriginOf(record.Uid!.Value.Reason));
        AssertOk(again.BeginRemoval(new InodeKey(1, 5)));
        AssertOk(again.Put(new InodeKey(1, 5), Emulated(0xA000, 0, [1])));
        InodeRecord attributed = Owner(7) with { Xattrs = XattrKinds.User };
        AssertOk(again.PutXattrs(new InodeKey(1, 5), attributed, [XattrChange.Set("user.a"u8.ToArray(), [1])], true));
    }

    [Fact]
    public void A_database_moves_up_one_version_with_its_rows()
    {
        using (SqliteOverlayStore store = _files.Open())
            AssertOk(store.Put(new InodeKey(1, 5), Full()));
        string[] two = [.. OverlaySchema.Migrations, "ALTER TABLE record ADD COLUMN symlink BLOB"];
        using (SqliteDatabase database = SqliteDatabase.Open(_files.File, writable: true))
            OverlayMigration.Migrate(database, OverlaySchema.Version, two);
        Assert.Equal(two.Length, _files.QueryInteger(OverlaySchema.GetVersion));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM record WHERE symlink IS NULL AND ino = 5"));

        // A second run finds nothing to do.
        using SqliteDatabase again = SqliteDatabase.Open(_files.File, writable: true);
        OverlayMigration.Migrate(again, two.Length, two);
    }

    [Fact]
    public void A_migration_that_fails_changes_nothing()
    {
        _files.Make();
        string[] broken = [.. OverlaySchema.Migrations, "CREATE TABLE later (x)", "CREATE TABLE later (x)"];
        using (SqliteDatabase database = SqliteDatabase.Open(_files.File, writable: true))
        {
            Assert.Throws<SqliteException>(() => OverlayMigration.Migrate(database, OverlaySchema.Version, broken));
        }

        Assert.Equal(OverlaySchema.Version, _files.QueryInteger(OverlaySchema.GetVersion));
        Assert.Equal(0, _files.QueryInteger("SELECT count(*) FROM sqlite_master WHERE name = 'later'"));
        _files.Make();
    }

    [Fact]
    public void A_reader_does_not_migrate()
    {
        File.WriteAllBytes(_files.File, []);
        AssertSays("is empty", Assert.Throws<OverlayException>(() => OverlayReader.Open(_files.File)).Message);
        Assert.Equal(0, new FileInfo(_files.File).Length);
    }
}
