using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>A volume's hidden directory, and replacements that were begun, are told to the next mount.</summary>
public sealed class HiddenDirectoryTests : IDisposable
{
    private static readonly VolumeIdentity s_share = new("cifs", "//server/share", 100, 0);

    private readonly TempDatabase _files = new();
    private SqliteOverlayStore _store;

    public HiddenDirectoryTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_volume_keeps_its_name_through_what_else_is_learnt_of_it()
    {
        AssertOk(_store.OpenVolume(s_share, out Volume? volume));
        Assert.Null(volume!.HiddenDirectory);
        AssertOk(_store.PutHiddenDirectory(volume.Id, ".metafs-0123abcd.unlinked"));
        AssertOk(_store.PutTraits(volume.Id, new VolumeTraits(CallTrait.Refuses, default, default)));
        Assert.Equal(".metafs-0123abcd.unlinked", Assert.Single(_store.Volumes()).HiddenDirectory);
        _store.Dispose();
        _store = _files.Open();
        AssertOk(_store.Rebind(volume.Id, s_share with { Source = "//other/share" }));
        AssertOk(_store.OpenVolume(s_share with { Source = "//other/share" }, out volume));
        Assert.Equal(".metafs-0123abcd.unlinked", volume!.HiddenDirectory);
        Assert.Equal(CallTrait.Refuses, volume.Traits.Chown);
    }

    [Fact]
    public void A_volume_that_was_not_opened_has_none() =>
        Assert.Equal(OverlayStatus.NotFound, _store.PutHiddenDirectory(7, "x"));

    [Fact]
    public void A_replacement_that_was_begun_and_not_ended_is_there_after_a_restart()
    {
        byte[] path = [(byte)'d', (byte)'/', 0xFF];
        AssertOk(_store.BeginReplacement(1, "1.2.3", path));
        AssertOk(_store.BeginReplacement(1, "1.2.4", "other"u8));
        AssertOk(_store.BeginReplacement(2, "1.2.3", "elsewhere"u8));
        AssertOk(_store.EndReplacement(1, "1.2.4"));
        AssertOk(_store.EndReplacement(1, "1.2.4"));
        _store.Dispose();
        _store = _files.Open();

        PendingReplacement pending = Assert.Single(_store.PendingReplacements(1));
        Assert.Equal("1.2.3", pending.Hidden);
        Assert.Equal(path, pending.Path);
        AssertOk(_store.EndReplacement(1, "1.2.3"));
        Assert.Empty(_store.PendingReplacements(1));
        Assert.Single(_store.PendingReplacements(2));
    }

    [Fact]
    public void After_its_end_the_store_answers_nothing()
    {
        _store.Dispose();
        Assert.Equal(OverlayStatus.Failed, _store.PutHiddenDirectory(1, "x"));
        Assert.Equal(OverlayStatus.Failed, _store.BeginReplacement(1, "x", "x"u8));
        Assert.Equal(OverlayStatus.Failed, _store.EndReplacement(1, "x"));
        Assert.Empty(_store.PendingReplacements(1));
    }
}
