using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Many look-ups by one reader: each tells what there is at that moment.</summary>
public sealed class LookupTests : IDisposable
{
    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public LookupTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(Share, out _));
        AssertOk(_store.Put(new InodeKey(1, ulong.MaxValue), Full()));
        AssertOk(_store.Put(new InodeKey(1, 2), Owner(2)));
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_changes_between_two_is_seen_and_stops_nobody()
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        using RecordLookup lookup = reader.Lookup();
        AssertSame(Full(), lookup.Find(new InodeKey(1, ulong.MaxValue)));
        Assert.Equal(2u, lookup.Find(new InodeKey(1, 2))!.Uid!.Value.Value);
        Assert.Null(lookup.Find(new InodeKey(1, 3)));
        Assert.Null(lookup.Find(new InodeKey(2, 2)));

        AssertOk(_store.Put(new InodeKey(1, 3), Owner(3)));
        AssertOk(_store.Remove(new InodeKey(1, 2)));
        Assert.Equal(3u, lookup.Find(new InodeKey(1, 3))!.Uid!.Value.Value);
        Assert.Null(lookup.Find(new InodeKey(1, 2)));
    }

    [Fact]
    public void A_damaged_row_is_none_and_the_next_is_found()
    {
        _files.Execute("UPDATE record SET type = 1 WHERE ino = 2");
        using OverlayReader reader = OverlayReader.Open(_files.File);
        using RecordLookup lookup = reader.Lookup();
        Assert.Null(lookup.Find(new InodeKey(1, 2)));
        AssertSame(Full(), lookup.Find(new InodeKey(1, ulong.MaxValue)));
    }

    [Fact]
    public void A_share_is_found_as_a_mount_would_find_it()
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Equal(1, reader.FindVolume(Share)!.Id);
        Assert.Equal(1, reader.FindVolume(Share with { RootBirthTime = 0 })!.Id);
        Assert.Null(reader.FindVolume(Share with { RootIno = 99 }));
    }
}
