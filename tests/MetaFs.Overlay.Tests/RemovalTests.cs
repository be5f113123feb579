using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Removals that were begun are told to the next mount.</summary>
public sealed class RemovalTests : IDisposable
{
    private static readonly VolumeIdentity s_share = new("fuse", "/mirror", 100, 0);

    private readonly TempDatabase _files = new();
    private SqliteOverlayStore _store;

    public RemovalTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_was_begun_and_not_ended_is_there_after_a_restart_with_its_path()
    {
        AssertOk(_store.OpenVolume(s_share, out Volume? volume));
        InodeKey file = new(volume!.Id, ulong.MaxValue - 1);
        InodeKey directory = new(volume.Id, 7);
        InodeKey ended = new(volume.Id, 8);
        AssertOk(_store.PutDirectory(directory, new PathHint(100, "d"u8.ToArray())));
        AssertOk(_store.Put(file, Owner(1) with { Hint = new PathHint(7, "f"u8.ToArray()) }));
        foreach (InodeKey key in (InodeKey[])[file, ended, new(volume.Id + 1, 9)])
            AssertOk(_store.BeginRemoval(key));
        AssertOk(_store.BeginRemoval(file));
        AssertOk(_store.EndRemoval(ended));
        AssertOk(_store.EndRemoval(ended));
        _store.Dispose();
        _store = _files.Open();

        PendingRemoval pending = Assert.Single(_store.PendingRemovals(volume.Id));
        Assert.Equal(file, pending.Key);
        Assert.Equal("d/f"u8.ToArray(), pending.Path);
        Assert.Equal(Owner(1).Guard.FileType, pending.FileType);
        AssertOk(_store.EndRemoval(file));
        Assert.Empty(_store.PendingRemovals(volume.Id));
    }

    [Fact]
    public void One_that_is_kept_by_name_has_all_its_names()
    {
        VolumeIdentity byName = s_share with { RootIno = VolumeIdentity.RootByName, ByName = true };
        AssertOk(_store.OpenVolume(byName, out Volume? volume));
        InodeKey file = new(volume!.Id, 9);
        PathHint[] places = [new(VolumeIdentity.RootByName, "a"u8.ToArray()), new(7, "b"u8.ToArray()), new(8, "c"u8.ToArray())];
        NameChange[] names = [.. places.Select(place => new NameChange(volume.Id, place.Parent, place.Name!, 9))];
        AssertOk(_store.Apply(
            [new OverlayChange(file, Owner(1) with { Hint = places[0] })],
            [.. names, new NameChange(volume.Id, VolumeIdentity.RootByName, "d"u8.ToArray(), 7)]));
        AssertOk(_store.BeginRemoval(file));

        IReadOnlyList<KeptName> kept = Assert.Single(_store.PendingRemovals(volume.Id)).Names;
        Assert.Equal(places.Select(place => (place.Parent, place.Name)), kept.Select(one => (one.Place.Parent, one.Place.Name)));
        Assert.Equal<byte[]?>(["a"u8.ToArray(), "d/b"u8.ToArray(), null], kept.Select(one => one.Path));
    }

    [Fact]
    public void One_without_a_record_has_no_path()
    {
        AssertOk(_store.BeginRemoval(new InodeKey(1, 5)));
        Assert.Equal(new PendingRemoval(new InodeKey(1, 5), 0, null), Assert.Single(_store.PendingRemovals(1)));
    }

    [Fact]
    public void One_with_a_placeholder_is_a_plain_file_on_the_share()
    {
        AssertOk(_store.Put(new InodeKey(1, 5), Emulated(0x2000, 0x103, null)));
        AssertOk(_store.BeginRemoval(new InodeKey(1, 5)));
        Assert.Equal(RegularFile, Assert.Single(_store.PendingRemovals(1)).FileType);
    }

    [Fact]
    public void After_closing_nothing_is_noted()
    {
        _store.Dispose();
        Assert.Equal(OverlayStatus.Failed, _store.BeginRemoval(new InodeKey(1, 5)));
        Assert.Equal(OverlayStatus.Failed, _store.EndRemoval(new InodeKey(1, 5)));
        Assert.Empty(_store.PendingRemovals(1));
    }

    [Fact]
    public void A_table_that_is_gone_harms_nobody()
    {
        _files.Execute("DROP TABLE removal");
        Assert.Equal(OverlayStatus.Failed, _store.BeginRemoval(new InodeKey(1, 5)));
        Assert.Empty(_store.PendingRemovals(1));
    }
}
