using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>A database copied, and taken apart and put together again.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly InodeKey s_file = new(1, ulong.MaxValue);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public BackupTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(Share, out _));
        AssertOk(_store.Put(s_file, Full()));
        AssertOk(_store.Apply([], [new NameChange(1, 1, [0xFF, (byte)'\n'], 5)]));
    }

    private string Copy => Path.Combine(_files.Directory, "copy.db");

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_copy_of_a_live_database_has_its_records_and_is_the_owners_alone()
    {
        Assert.Equal(1, OverlayBackup.Write(_files.File, Copy, static _ => null).Records);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Copy));
        using SqliteOverlayStore copy = SqliteOverlayStore.Open(Copy, new OverlayOpenOptions());
        AssertSame(Full(), Read(copy, s_file));
        Assert.Equal(["copy.db", "copy.db-shm", "copy.db-wal", "copy.db.lock"], Left("copy*"));
    }

    [Fact]
    public void A_copy_replaces_no_file_and_no_link()
    {
        File.WriteAllText(Copy, "mine");
        Assert.Throws<IOException>(() => OverlayBackup.Write(_files.File, Copy, static _ => null));
        Assert.Equal("mine", File.ReadAllText(Copy));
        File.Delete(Copy);
        File.CreateSymbolicLink(Copy, _files.Directory + "/nowhere");
        Assert.Throws<IOException>(() => OverlayBackup.Write(_files.File, Copy, static _ => null));
        Assert.Equal(["copy.db"], Left("copy*"));
    }

    [Fact]
    public void A_database_that_cannot_be_read_leaves_no_copy()
    {
        Assert.Throws<OverlayException>(() => OverlayBackup.Write(_files.File + ".none", Copy, static _ => null));
        _files.Execute("DROP INDEX name_ino; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'xattr'");
        Assert.ThrowsAny<Exception>(() => OverlayBackup.Write(_files.File, Copy, static _ => null));
        Assert.Empty(Left("copy*"));
    }

    [Fact]
    public void What_is_taken_apart_is_the_same_when_it_is_put_together()
    {
        using (OverlayReader reader = OverlayReader.Open(_files.File))
        using (OverlayRestore restore = OverlayRestore.Open(Copy))
        {
            foreach (DumpedRow row in reader.Dump())
                Assert.Null(restore.Insert(row));
            restore.Commit();
        }

        using SqliteOverlayStore copy = SqliteOverlayStore.Open(Copy, new OverlayOpenOptions());
        AssertSame(Full(), Read(copy, s_file));
        AssertOk(copy.FindName(1, 1, [0xFF, (byte)'\n'], out ulong ino));
        Assert.Equal(5ul, ino);
        AssertOk(copy.OpenVolume(Share, out Volume? volume));
        Assert.Equal(1, volume!.Id);
    }

    [Fact]
    public void Without_its_commit_nothing_is_kept()
    {
        using (OverlayReader reader = OverlayReader.Open(_files.File))
        using (OverlayRestore restore = OverlayRestore.Open(Copy))
        {
            foreach (DumpedRow row in reader.Dump())
                Assert.Null(restore.Insert(row));
        }

        using SqliteOverlayStore copy = SqliteOverlayStore.Open(Copy, new OverlayOpenOptions());
        Assert.True(copy.IsEmpty);
    }

    [Fact]
    public void Records_do_not_mix_and_a_database_in_use_is_refused()
    {
        AssertSays("in use by process", Assert.Throws<OverlayException>(() => OverlayRestore.Open(_files.File)).Message);
        _store.Dispose();
        AssertSays("has records already", Assert.Throws<OverlayException>(() => OverlayRestore.Open(_files.File)).Message);
    }

    [Theory]
    [InlineData("hint_name", 5L)]
    [InlineData("mode", 0x1000L)]
    public void A_row_that_cannot_be_is_named(string column, long value)
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        using OverlayRestore restore = OverlayRestore.Open(Copy);
        DumpedRow row = reader.Dump().Single(one => one.Table == "record");
        KeyValuePair<string, object>[] columns =
            [.. row.Columns.Where(one => one.Key != column), new(column, column == "hint_name" ? new byte[5000] : value)];
        Assert.NotNull(restore.Insert(row with { Columns = columns }));
    }

    [Fact]
    public void A_record_that_only_its_reader_finds_impossible_is_not_kept()
    {
        using (OverlayReader reader = OverlayReader.Open(_files.File))
        using (OverlayRestore restore = OverlayRestore.Open(Copy))
        {
            DumpedRow row = reader.Dump().Single(one => one.Table == "record");
            KeyValuePair<string, object>[] columns = [.. row.Columns.Where(one => one.Key != "uid_reason")];
            Assert.Null(restore.Insert(row with { Columns = columns }));
            string said = Assert.Throws<OverlayException>(restore.Commit).Message;
            AssertSays($"the record of inode {ulong.MaxValue} has an impossible ", said);
        }

        using SqliteOverlayStore copy = SqliteOverlayStore.Open(Copy, new OverlayOpenOptions());
        Assert.True(copy.IsEmpty);
    }

    [Fact]
    public void Tables_and_columns_are_those_of_the_schema()
    {
        using OverlayRestore restore = OverlayRestore.Open(Copy);
        Assert.Equal(("INTEGER", "BLOB", null), (restore.TypeOf("record", "uid"), restore.TypeOf("record", "hint_name"), restore.TypeOf("record", "x")));
        Assert.Equal((true, false, false), (restore.HasTable("name"), restore.HasTable("none"), restore.HasTable("sqlite_schema")));
        Assert.Throws<ArgumentException>(() => restore.Insert(new DumpedRow("record", [new("uid; --", 1L)])));
        Assert.Throws<ArgumentException>(() => restore.Insert(new DumpedRow("record", [new("uid", 1.5)])));
    }

    private string[] Left(string pattern) =>
        [.. Directory.EnumerateFiles(_files.Directory, pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
