using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Records of reused inode numbers leave service and are kept.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public QuarantineTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_quarantined_record_is_not_served_and_can_be_inspected()
    {
        InodeKey key = new(3, ulong.MaxValue - 4);
        AssertOk(_store.Put(key, Full()));
        AssertOk(_store.Put(new InodeKey(3, 1), Owner(1)));
        AssertOk(_store.Quarantine(key, "born at another time"));
        Assert.Null(Read(_store, key));
        Assert.NotNull(Read(_store, new InodeKey(3, 1)));

        // The number's new file gets a record of its own, which may go the same way.
        AssertOk(_store.Put(key, Owner(2)));
        AssertOk(_store.Quarantine(key, new string('x', 5000)));

        using OverlayReader reader = OverlayReader.Open(_files.File);
        QuarantinedRow[] rows = [.. reader.Quarantined()];
        Assert.Equal([key, key], rows.Select(row => row.Key));
        AssertSame(Full(), rows[0].Record);
        AssertSame(Owner(2), rows[1].Record);
        Assert.Equal("born at another time", rows[0].Reason);
        Assert.Equal(500, rows[1].Reason.Length);
        long now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        Assert.InRange(rows[0].MovedAt, now - 60_000_000_000, now);
        Assert.Equal(new OverlayCounts(1, 0, 2), reader.Counts());
    }

    [Fact]
    public void What_is_not_wanted_any_more_goes_with_its_attributes()
    {
        foreach (ulong ino in (ulong[])[1, 2])
        {
            InodeKey key = new(1, ino);
            AssertOk(_store.PutXattrs(
                key, Owner(5) with { Xattrs = XattrKinds.User }, [XattrChange.Set("user.x"u8.ToArray(), [1])],
                isFirst: true));
            AssertOk(_store.Quarantine(key, "reused"));
        }

        long second;
        using (OverlayReader reader = OverlayReader.Open(_files.File))
            second = reader.Quarantined().Last().MovedAt;
        AssertOk(_store.DropQuarantined(second, out long dropped));
        Assert.Equal((1, 1), (dropped, _files.QueryInteger(OverlaySchema.CountQuarantined)));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM quarantine_xattr"));
        AssertOk(_store.DropQuarantined(long.MaxValue, out dropped));
        Assert.Equal((1, 0), (dropped, _files.QueryInteger(OverlaySchema.CountQuarantined)));
        Assert.Equal(0, _files.QueryInteger("SELECT count(*) FROM quarantine_xattr"));
    }

    [Fact]
    public void A_record_that_has_taken_the_place_of_another_stays_in_service()
    {
        InodeKey key = new(1, 1);
        InodeRecord old = Full();
        AssertOk(_store.Put(key, old with { SetAt = old.SetAt + 1 }));
        AssertOk(_store.Quarantine(key, "reused", old));
        Assert.NotNull(Read(_store, key));
        AssertOk(_store.Quarantine(key, "reused", old with { SetAt = old.SetAt + 1 }));
        Assert.Null(Read(_store, key));
        Assert.Equal(1, _files.QueryInteger(OverlaySchema.CountQuarantined));
    }

    [Fact]
    public void No_record_no_quarantine()
    {
        AssertOk(_store.Quarantine(new InodeKey(1, 1), "why not"));
        Assert.Equal(0, _files.QueryInteger(OverlaySchema.CountQuarantined));
    }

    [Fact]
    public void The_oldest_go_when_there_are_too_many()
    {
        _files.Execute(
            $"""
            INSERT INTO quarantine (id, volume, ino) VALUES (6, 1, 6), (7, 1, 7);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5)
            INSERT INTO quarantine (id, volume, ino) SELECT i + {OverlaySchema.QuarantineRows}, 1, i FROM n;
            """);
        AssertOk(_store.Put(new InodeKey(1, 9), Owner(1)));
        AssertOk(_store.Quarantine(new InodeKey(1, 9), "one more"));
        Assert.Equal(7, _files.QueryInteger("SELECT min(id) FROM quarantine"));
        Assert.Equal(7, _files.QueryInteger(OverlaySchema.CountQuarantined));
    }

    [Fact]
    public void A_damaged_record_can_be_moved_away()
    {
        InodeKey key = new(1, 1);
        AssertOk(_store.Put(key, Full()));
        _files.Execute("UPDATE record SET uid = -5");
        Assert.Equal(OverlayStatus.Failed, _store.Get(key, out _));
        AssertOk(_store.Quarantine(key, "damaged"));
        Assert.Null(Read(_store, key));
        Assert.Equal(-5, _files.QueryInteger("SELECT uid FROM quarantine"));
    }
}
