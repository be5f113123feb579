using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Several changes at once: all or none.</summary>
public sealed class ApplyTests : IDisposable
{
    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public ApplyTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Puts_and_deletes_are_one_transaction()
    {
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        AssertOk(_store.Apply(
        [
            new OverlayChange(new InodeKey(1, 1), null),
            new OverlayChange(new InodeKey(1, 2), Owner(2)),
            new OverlayChange(new InodeKey(1, 3), Owner(3)),
            new OverlayChange(new InodeKey(1, 4), null),
        ]));
        Assert.Null(Read(_store, new InodeKey(1, 1)));
        Assert.Equal(2u, Read(_store, new InodeKey(1, 2))!.Uid!.Value.Value);
        Assert.Equal(3u, Read(_store, new InodeKey(1, 3))!.Uid!.Value.Value);
    }

    [Fact]
    public void No_changes_are_fine() => AssertOk(_store.Apply([]));

    [Fact]
    public void One_bad_change_undoes_all()
    {
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        Assert.Equal(OverlayStatus.Failed, _store.Apply(
        [
            new OverlayChange(new InodeKey(1, 1), null),
            new OverlayChange(new InodeKey(1, 2), Owner(2)),
            new OverlayChange(new InodeKey(1, 3), Owner(uint.MaxValue)),
            new OverlayChange(new InodeKey(1, 4), Owner(4)),
        ]));
        Assert.Equal(1u, Read(_store, new InodeKey(1, 1))!.Uid!.Value.Value);
        Assert.Null(Read(_store, new InodeKey(1, 2)));
        Assert.Null(Read(_store, new InodeKey(1, 4)));
        AssertSays("CHECK", Assert.Single(_files.Log));

        // And nothing of it is left open.
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(1, 2), Owner(5))]));
    }

    [Fact]
    public void Values_that_no_file_can_have_are_not_written()
    {
        InodeKey key = new(1, 1);
        Assert.Equal(OverlayStatus.Failed, _store.Put(key, Owner(uint.MaxValue)));
        Assert.Equal(OverlayStatus.Failed, _store.Put(key, Full() with { Mode = new ModeValue(0x1000, Refused) }));
        Assert.Equal(OverlayStatus.Failed, _store.Put(key, Full() with { Mode = new ModeValue(1, default) }));
        Assert.Equal(OverlayStatus.Failed, _store.Put(key, Named(1, new byte[4096])));
        Assert.Equal(OverlayStatus.Failed, _store.Put(key, Named(1, new byte[1 << 20])));
        Assert.Null(Read(_store, key));
        Assert.Equal(5, _files.Log.Length);
        AssertOk(_store.Put(key, Named(1, "x"u8)));
    }

    [Fact]
    public void A_store_is_empty_until_its_first_put_and_never_falsely_so()
    {
        Assert.True(_store.IsEmpty);
        AssertOk(_store.Remove(new InodeKey(1, 1)));
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(1, 1), null)]));
        Assert.True(_store.IsEmpty);
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(1, 1), Owner(1))]));
        Assert.False(_store.IsEmpty);
        _store.Dispose();

        using (SqliteOverlayStore again = _files.Open())
        {
            Assert.False(again.IsEmpty);
            AssertOk(again.Remove(new InodeKey(1, 1)));
        }

        using SqliteOverlayStore emptied = _files.Open();
        Assert.True(emptied.IsEmpty);
    }
}
