using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>A row is data: whatever it says, reading it fails cleanly or gives a record in range.</summary>
public sealed class DamagedRowTests : IDisposable
{
    private static readonly InodeKey s_key = new(1, 1);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public DamagedRowTests()
    {
        _store = _files.Open();
        AssertOk(_store.Put(s_key, Full()));
        AssertOk(_store.Put(new InodeKey(1, 2), Owner(2)));
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("type = -1", "file type")]
    [InlineData("type = 1", "file type")]
    [InlineData("type = 65536", "file type")]
    [InlineData("guard_kind = 3", "guard kind")]
    [InlineData("guard_kind = -1", "guard kind")]
    [InlineData("uid = -1", "uid")]
    [InlineData("uid = 4294967295", "uid")]
    [InlineData("uid = 4294967296", "uid")]
    [InlineData("uid = -9223372036854775808", "uid")]
    [InlineData("uid = 'root'", "uid")]
    [InlineData("uid = x'00'", "uid")]
    [InlineData("uid_reason = 0", "uid")]
    [InlineData("uid_reason = 99", "uid")]
    [InlineData("uid_reason = NULL", "uid")]
    [InlineData("uid_errno = -1", "uid")]
    [InlineData("uid_errno = 4096", "uid")]
    [InlineData("gid = 99999999999", "gid")]
    [InlineData("gid_reason = -1", "gid")]
    [InlineData("mode = 4096", "mode")]
    [InlineData("mode = -1", "mode")]
    [InlineData("mode_reason = 7", "mode")]
    [InlineData("atime_reason = 7", "atime")]
    [InlineData("atime = 'yesterday'", "atime")]
    [InlineData("mtime_reason = 256", "mtime")]
    [InlineData("mtime_errno = 9223372036854775807", "mtime")]
    [InlineData("hint_name = zeroblob(4096)", "hint name")]
    [InlineData("placeholder_mtime = 0", "placeholder")]
    [InlineData("type = 0x4000, placeholder_mtime = 0", "placeholder")]
    [InlineData("type = 0x1000, placeholder_mtime = 0, target = 'a'", "placeholder")]
    [InlineData("type = 0x1000, placeholder_mtime = 0, rdev = -1", "placeholder")]
    [InlineData("type = 0x2000, placeholder_mtime = 0, rdev = 4294967296", "placeholder")]
    [InlineData("type = 0xA000, placeholder_mtime = 0", "placeholder")]
    [InlineData("type = 0xA000, placeholder_mtime = 0, target = x''", "placeholder")]
    [InlineData("type = 0xA000, placeholder_mtime = 0, target = x'6100'", "placeholder")]
    [InlineData("type = 0xA000, placeholder_mtime = 0, target = zeroblob(4096)", "placeholder")]
    public void An_impossible_value_refuses_the_row(string change, string problem)
    {
        _files.Execute($"UPDATE record SET {change} WHERE ino = 1");
        Assert.Equal(OverlayStatus.Failed, _store.Get(s_key, out InodeRecord? record));
        Assert.Null(record);
        AssertSays($"the record of inode 1 in volume 1 has an impossible {problem}", Assert.Single(_files.Log));

        List<string> left = [];
        using OverlayReader reader = OverlayReader.Open(_files.File, left.Add);
        Assert.Equal(2u, Assert.Single(reader.Rows()).Record.Uid!.Value.Value);
        Assert.Single(left);
        AssertSays(problem, Assert.Throws<OverlayException>(() => reader.Find(s_key)).Message);

        // It stands in nobody's way.
        AssertOk(_store.Put(s_key, Owner(3)));
        Assert.Equal(3u, Read(_store, s_key)!.Uid!.Value.Value);
    }

    [Theory]
    [InlineData("uid = 1.5")]
    [InlineData("ctime = 'x', set_at = x'01', hint_parent = 'y'")]
    [InlineData("witness_mtime = 'x', witness_size = -1, witness_taken_at = 2.5")]
    [InlineData("guard_value = 'x'")]
    [InlineData("hint_name = 17")]
    [InlineData("hint_name = 'text'")]
    [InlineData("atime = 1e300")]
    [InlineData("rdev = -1, target = zeroblob(4096)")]
    [InlineData("type = 0x1000, placeholder_mtime = 'x', rdev = 'y'")]
    public void Other_types_become_some_value_in_range(string change)
    {
        _files.Execute($"UPDATE record SET {change} WHERE ino = 1");
        Assert.NotNull(Read(_store, s_key));
        Assert.Empty(_files.Log);
    }

    [Fact]
    public void A_huge_row_is_refused_and_memory_is_bounded()
    {
        Forge("UPDATE record SET hint_name = zeroblob(10000000) WHERE ino = 1");
        _ = SQLitePCL.raw.sqlite3_memory_highwater(1);
        Assert.Equal(OverlayStatus.Failed, _store.Get(s_key, out _));
        Assert.InRange(SQLitePCL.raw.sqlite3_memory_highwater(0), 0, 128 << 20);
        Assert.Equal(128 << 20, SQLitePCL.raw.sqlite3_hard_heap_limit64(-1));
        AssertSays("too big", Assert.Single(_files.Log));

        using (OverlayReader reader = OverlayReader.Open(_files.File))
            AssertSays("too big", Assert.Throws<OverlayException>(() => reader.Rows().Count()).Message);

        // SQLite 3.35 reads the row to delete it, 3.40 does not.
        if (_store.Remove(s_key) == OverlayStatus.Ok)
            Assert.Null(Read(_store, s_key));
        AssertOk(_store.Put(new InodeKey(1, 2), Owner(3)));
    }

    // As TempDatabase.Execute, but without the limit that our own connections have.
    private void Forge(string sql)
    {
        using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={_files.File};Pooling=false");
        connection.Open();
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is this file's.
        command.CommandText = "PRAGMA ignore_check_constraints = ON; " + sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
