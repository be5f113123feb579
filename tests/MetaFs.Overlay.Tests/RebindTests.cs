using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>A volume that somebody has said to be another sighting of a share is met under it from then on.</summary>
public sealed class RebindTests : IDisposable
{
    private static readonly VolumeIdentity s_elsewhere = new("nfs", "other:/export", ulong.MaxValue, 12);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public RebindTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(Share, out Volume? volume));
        AssertOk(_store.Put(new InodeKey(volume!.Id, 5), Full()));
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Its_records_are_the_new_share_s_now_and_later()
    {
        AssertOk(_store.Rebind(1, s_elsewhere));
        AssertOk(_store.OpenVolume(s_elsewhere, out Volume? volume));
        Assert.Equal((1L, s_elsewhere), (volume!.Id, volume.Identity));
        _store.Dispose();

        using SqliteOverlayStore again = _files.Open();
        AssertOk(again.OpenVolume(s_elsewhere, out volume));
        Assert.Equal(1, volume!.Id);
        AssertSame(Full(), Read(again, new InodeKey(1, 5)));
        AssertOk(again.OpenVolume(Share, out volume));
        Assert.Equal(2, volume!.Id);
    }

    [Fact]
    public void A_volume_that_is_not_there_is_not_made()
    {
        Assert.Equal(OverlayStatus.NotFound, _store.Rebind(7, s_elsewhere));
        Assert.Equal(Share, Assert.Single(_store.Volumes()).Identity);
    }

    [Fact]
    public void Where_it_cannot_be_written_the_volume_stays_what_it_was()
    {
        _store.Writer.Execute("PRAGMA query_only = ON");
        Assert.Equal(OverlayStatus.ReadOnly, _store.Rebind(1, s_elsewhere));
        AssertOk(_store.OpenVolume(Share, out Volume? volume));
        Assert.Equal(1, volume!.Id);
        AssertSays("rebinding a volume failed", Assert.Single(_files.Log));
        _store.Dispose();
        Assert.Equal(OverlayStatus.Failed, _store.Rebind(1, s_elsewhere));
    }
}
