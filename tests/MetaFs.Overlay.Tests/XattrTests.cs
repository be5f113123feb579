using MetaFs.Overlay.Tests.Harness;
using Microsoft.Data.Sqlite;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Extended attributes live and go with their record.</summary>
public sealed class XattrTests : IDisposable
{
    private static readonly InodeKey s_key = new(1, ulong.MaxValue - 1);
    private static readonly byte[] s_color = "user.color"u8.ToArray();
    private static readonly byte[] s_caps = "security.capability"u8.ToArray();

    private readonly TempDatabase _files = new();
    private SqliteOverlayStore _store;

    public XattrTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_was_set_is_read_also_by_the_next_mount()
    {
        byte[] value = [.. Enumerable.Range(0, XattrLimits.LargestValue).Select(i => (byte)i)];
        AssertOk(Put(XattrKinds.User, true, XattrChange.Set(s_color, value), XattrChange.Set("user.empty"u8.ToArray(), [])));
        Reopen();
        Assert.Equal(XattrKinds.User, Read(_store, s_key)!.Xattrs);
        Assert.Equal(value, Get(s_color));
        Assert.Equal([], Get("user.empty"u8.ToArray()));
        AssertOk(_store.GetXattr(s_key, s_color, [], out int? size));
        Assert.Equal(value.Length, size);
        Assert.Equal(OverlayStatus.NotFound, _store.GetXattr(s_key, "user.colo"u8.ToArray(), [], out _));
        Assert.Equal(OverlayStatus.NotFound, _store.GetXattr(new InodeKey(2, s_key.Ino), s_color, [], out _));
    }

    [Fact]
    public void All_are_listed_by_name_with_and_without_values()
    {
        AssertOk(Put(
            XattrKinds.User | XattrKinds.Security, true, XattrChange.Set(s_color, [1, 2]), XattrChange.Set(s_caps, []),
            XattrChange.Hide("user.gone"u8.ToArray())));
        AssertOk(_store.GetXattrs(s_key, withValues: false, out IReadOnlyList<OverlaidXattr> names));
        Assert.Equal([s_caps, s_color, "user.gone"u8.ToArray()], names.Select(x => x.Name));
        Assert.Equal([0, 2, 0], names.Select(x => x.Size));
        Assert.Equal([false, false, true], names.Select(x => x.IsHidden));
        Assert.All(names, x => Assert.Null(x.Value));
        AssertOk(_store.GetXattrs(s_key, withValues: true, out IReadOnlyList<OverlaidXattr> values));
        Assert.Equal([[], [1, 2], null], values.Select(x => x.Value));
        AssertOk(_store.GetXattr(s_key, "user.gone"u8.ToArray(), [], out int? hidden));
        Assert.Null(hidden);
    }

    [Fact]
    public void Changes_and_record_are_one_step()
    {
        AssertOk(Put(XattrKinds.User, true, XattrChange.Set(s_color, [1])));
        XattrChange[] tooMuch =
        [
            XattrChange.Delete(s_color),
            .. Enumerable.Range(0, 17).Select(i => XattrChange.Set([.. "user.big"u8, (byte)i], new byte[65536])),
        ];
        Assert.Equal(OverlayStatus.Full, Put(XattrKinds.All, false, tooMuch));
        Assert.Equal(XattrKinds.User, Read(_store, s_key)!.Xattrs);
        Assert.Equal([1], Get(s_color));
        AssertOk(_store.GetXattrs(s_key, withValues: false, out IReadOnlyList<OverlaidXattr> names));
        Assert.Single(names);
        Assert.Empty(_files.Log);
    }

    [Fact]
    public void They_go_with_their_record()
    {
        InodeRecord record = Put(XattrKinds.User);
        AssertOk(_store.Remove(s_key, record));
        AssertNoRows();
        Put(XattrKinds.User);
        AssertOk(_store.Remove(s_key));
        AssertNoRows();
        Put(XattrKinds.User);
        AssertOk(_store.Apply([new OverlayChange(s_key, null)]));
        AssertNoRows();
        Put(XattrKinds.User);
        Reopen();
        AssertOk(_store.Remove(s_key));
        AssertNoRows();
    }

    [Fact]
    public void A_record_that_has_taken_the_place_of_another_keeps_its_own()
    {
        InodeRecord old = Put(XattrKinds.User) with { SetAt = 1 };
        AssertOk(_store.Remove(s_key, old));
        Assert.Equal([7], Get(s_color));
        AssertOk(_store.Quarantine(s_key, "reused", old));
        Assert.Equal([7], Get(s_color));
    }

    [Fact]
    public void What_an_earlier_use_of_the_number_left_is_never_seen()
    {
        Put(XattrKinds.Security, XattrChange.Set(s_caps, [1]));
        AssertOk(_store.Put(s_key, Owner(3)));
        AssertOk(Put(XattrKinds.User, true, XattrChange.Set(s_color, [2])));
        AssertOk(_store.GetXattrs(s_key, withValues: false, out IReadOnlyList<OverlaidXattr> names));
        Assert.Equal([s_color], names.Select(x => x.Name));
    }

    [Fact]
    public void They_are_quarantined_with_their_record()
    {
        Put(XattrKinds.User);
        AssertOk(_store.Quarantine(s_key, "reused"));
        AssertNoRows();
        Assert.Equal(1, _files.QueryInteger(
            "SELECT count(*) FROM quarantine_xattr AS x JOIN quarantine AS q ON x.record = q.id "
            + "WHERE x.name = CAST('user.color' AS BLOB) AND x.value = x'07' AND q.ino = -2"));
        AssertOk(_store.Quarantine(s_key, "there is none any more"));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM quarantine_xattr"));
    }

    [Fact]
    public void The_reader_names_them_and_counts_those_of_nobody()
    {
        Put(XattrKinds.User);
        AssertOk(_store.Put(new InodeKey(1, 5), Owner(1)));
        _files.Execute("INSERT INTO xattr (volume, ino, name, value) VALUES (1, 5, x'61', x'00'), (1, 6, x'61', x'00')");
        using OverlayReader reader = OverlayReader.Open(_files.File);
        OverlayRow[] rows = [.. reader.Rows()];
        Assert.Equal([s_color], Assert.Single(rows, row => row.Key == s_key).Xattrs.Select(x => x.Name));
        Assert.Empty(Assert.Single(rows, row => row.Key.Ino == 5).Xattrs);
        Assert.Equal([1], reader.Find(s_key)!.Xattrs.Select(x => x.Size));
        Assert.Equal((3, 2), (reader.Counts().Xattrs, reader.Counts().OrphanXattrs));
    }

    [Theory]
    [InlineData("value = zeroblob(70000)")]
    [InlineData("value = zeroblob(5000000)")]
    [InlineData("name = zeroblob(300)")]
    [InlineData("name = x''")]
    [InlineData("name = zeroblob(5000000)")]
    public void A_forged_row_is_not_served(string change)
    {
        Put(XattrKinds.User);
        Forge($"UPDATE xattr SET {change}");
        Span<byte> value = new byte[XattrLimits.LargestValue];
        Assert.NotEqual(OverlayStatus.Ok, _store.GetXattr(s_key, s_color, value, out _));
        _ = _store.GetXattrs(s_key, withValues: true, out IReadOnlyList<OverlaidXattr> xattrs);
        Assert.Empty(xattrs);
    }

    [Fact]
    public void Rows_without_end_take_no_memory()
    {
        Put(XattrKinds.User);
        Forge(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
            INSERT INTO xattr (volume, ino, name, value) SELECT 1, -2, CAST('user.' || i AS BLOB), zeroblob(10000) FROM n LIMIT 5000
            """);
        AssertOk(_store.GetXattrs(s_key, withValues: true, out IReadOnlyList<OverlaidXattr> xattrs));
        Assert.InRange(xattrs.Sum(x => (long)x.Size), 1, XattrLimits.Values);
    }

    private InodeRecord Put(XattrKinds kinds, params XattrChange[] changes)
    {
        InodeRecord record = Full() with { Xattrs = kinds };
        XattrChange[] made = changes.Length > 0 ? changes : [XattrChange.Set(s_color, [7])];
        AssertOk(_store.PutXattrs(s_key, record, made, isFirst: true));
        return record;
    }

    private OverlayStatus Put(XattrKinds kinds, bool isFirst, params XattrChange[] changes) =>
        _store.PutXattrs(s_key, Full() with { Xattrs = kinds }, changes, isFirst);

    private byte[] Get(byte[] name)
    {
        byte[] value = new byte[XattrLimits.LargestValue];
        AssertOk(_store.GetXattr(s_key, name, value, out int? size));
        return value[..size!.Value];
    }

    private void AssertNoRows()
    {
        Assert.Null(Read(_store, s_key));
        Assert.Equal(0, _files.QueryInteger(OverlaySchema.CountXattrs));
    }

    // As TempDatabase.Execute, but without the limits that our own connections and the schema have.
    private void Forge(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_files.File};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA ignore_check_constraints = ON; " + sql;
        command.ExecuteNonQuery();
    }

    private void Reopen()
    {
        _store.Dispose();
        _store = _files.Open();
    }
}
