using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Shares are recognised, and others are not taken for them.</summary>
public sealed class VolumeTests : IDisposable
{
    private const long Birth = 1_600_000_000_000_000_000;

    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("same", "cifs", "//a/b", 2, Birth, true)]
    [InlineData("another source, same birth", "cifs", "//10.0.0.1/b", 2, Birth, true)]
    [InlineData("birth unknown now, same source", "cifs", "//a/b", 2, 0, true)]
    [InlineData("birth unknown now, another source", "cifs", "//a/c", 2, 0, false)]
    [InlineData("another birth, same source: Samba's moves", "cifs", "//a/b", 2, Birth + 1, true)]
    [InlineData("another birth, another source", "cifs", "//10.0.0.1/b", 2, Birth + 1, false)]
    [InlineData("another root", "cifs", "//a/b", 3, Birth, false)]
    [InlineData("another type", "nfs", "//a/b", 2, Birth, false)]
    public void An_SMB_share_is_known_by_its_source_or_birth_time(
        string what, string type, string source, ulong root, long birth, bool same)
    {
        Assert.NotEmpty(what);
        VolumeIdentity first = new("cifs", "//a/b", 2, Birth);
        AssertRecognised(first, new VolumeIdentity(type, source, root, birth), same);
    }

    [Theory]
    [InlineData("same", "/dev/sda1", 2, Birth, true)]
    [InlineData("another source, same birth", "/dev/sdb1", 2, Birth, true)]
    [InlineData("another birth, same source", "/dev/sda1", 2, Birth + 1, false)]
    [InlineData("another root", "/dev/sda1", 3, Birth, false)]
    public void A_share_with_a_birth_time_is_known_by_it(
        string what, string source, ulong root, long birth, bool same)
    {
        Assert.NotEmpty(what);
        VolumeIdentity first = new("ext4", "/dev/sda1", 2, Birth);
        AssertRecognised(first, new VolumeIdentity("ext4", source, root, birth), same);
    }

    [Theory]
    [InlineData("same", "srv:/x", 64, 0, true)]
    [InlineData("birth learnt, same source", "srv:/x", 64, Birth, true)]
    [InlineData("another source", "srv:/y", 64, 0, false)]
    [InlineData("birth learnt, another source", "srv:/y", 64, Birth, false)]
    [InlineData("another root", "srv:/x", 65, 0, false)]
    public void A_share_without_one_is_known_by_its_source(
        string what, string source, ulong root, long birth, bool same)
    {
        Assert.NotEmpty(what);
        VolumeIdentity first = new("nfs", "srv:/x", 64, 0);
        AssertRecognised(first, new VolumeIdentity("nfs", source, root, birth), same);
    }

    private void AssertRecognised(in VolumeIdentity first, in VolumeIdentity second, bool same)
    {
        using (SqliteOverlayStore store = _files.Open())
        {
            Assert.False(store.HasVolumes);
            Assert.Equal(OverlayStatus.NotFound, store.FindVolume(first, out Volume? none));
            Assert.Null(none);
            AssertOk(store.OpenVolume(first, out Volume? volume));
            Assert.Equal(new Volume(1, first, default), volume);
        }

        using (SqliteOverlayStore store = _files.Open())
        {
            Assert.True(store.HasVolumes);
            Assert.Equal(same ? OverlayStatus.Ok : OverlayStatus.NotFound, store.FindVolume(second, out Volume? found));
            Assert.Equal(same ? 1 : null, found?.Id);
            Assert.Equal(first, store.Volumes()[0].Identity);

            AssertOk(store.OpenVolume(second, out Volume? opened));
            Assert.Equal(same ? 1 : 2, opened!.Id);
            Assert.Equal(same ? 1 : 2, store.Volumes().Count);
            Assert.Equal(second.Source, opened.Identity.Source);
        }

        // What was learnt stays: the present source, and a birth time once there was one.
        using SqliteOverlayStore last = _files.Open();
        VolumeIdentity kept = last.Volumes()[^1].Identity;
        Assert.Equal(second.Source, kept.Source);
        long expected = second.RootBirthTime == 0 && same ? first.RootBirthTime : second.RootBirthTime;
        Assert.Equal(expected, kept.RootBirthTime);
    }

    [Theory]
    [InlineData("//a/b", true)]
    [InlineData("//a/c", false)]
    public void A_root_whose_number_moves_is_known_without_it(string source, bool same)
    {
        VolumeIdentity first = new("cifs", "//a/b", 3, Birth, RootMoves: true);
        VolumeIdentity second = new("cifs", source, 797, Birth + 1, RootMoves: true);
        using (SqliteOverlayStore store = _files.Open())
            AssertOk(store.OpenVolume(first, out _));
        using (SqliteOverlayStore store = _files.Open())
        {
            AssertOk(store.OpenVolume(second, out Volume? volume));
            Assert.Equal(same ? 1 : 2, volume!.Id);
            Assert.Equal(second with { RootMoves = false }, volume.Identity);
        }

        // Paths of records are told up to the root's present number.
        using SqliteOverlayStore last = _files.Open();
        Assert.Equal(797UL, last.Volumes()[^1].Identity.RootIno);
    }

    [Fact]
    public void For_people_it_is_named_with_what_tells_two_directories_apart()
    {
        Assert.Equal("cifs //server/share/dir (root inode 2, made 2020-09-13 12:26:40.123Z)", Share.ToString());
        Assert.Equal("nfs host:/x (root inode 9)", new VolumeIdentity("nfs", "host:/x", 9, 0).ToString());
    }

    [Fact]
    public void Of_clones_the_one_with_the_same_source_is_taken()
    {
        using SqliteOverlayStore store = _files.Open();
        VolumeIdentity original = new("nfs", "srv:/original", 2, 0);
        VolumeIdentity clone = new("nfs", "srv:/clone", 2, 0);
        AssertOk(store.OpenVolume(original, out _));
        AssertOk(store.OpenVolume(clone, out _));
        AssertOk(store.OpenVolume(original with { RootBirthTime = Birth }, out Volume? first));
        AssertOk(store.OpenVolume(clone with { RootBirthTime = Birth }, out Volume? second));
        Assert.Equal((1, 2), (first!.Id, second!.Id));
        AssertOk(store.OpenVolume(clone with { RootBirthTime = Birth }, out second));
        Assert.Equal(2, second!.Id);
        AssertOk(store.OpenVolume(new VolumeIdentity("nfs", "elsewhere", 2, Birth), out first));
        Assert.Equal(1, first!.Id);
    }

    [Fact]
    public void Odd_sources_and_roots_round_trip()
    {
        VolumeIdentity identity = new("fuse.bindfs", "//s/\u00ff\u0080 '\";--\n", ulong.MaxValue, long.MinValue);
        using (SqliteOverlayStore store = _files.Open())
            AssertOk(store.OpenVolume(identity, out _));
        using SqliteOverlayStore again = _files.Open();
        Assert.Equal(identity, Assert.Single(again.Volumes()).Identity);
    }

    [Fact]
    public void Traits_are_kept()
    {
        VolumeTraits traits = new(
            CallTrait.Refuses, CallTrait.Ignores, CallTrait.Accepts, FalseBirthTimes: true, ObjectKinds.Fifo | ObjectKinds.Symlink);
        using (SqliteOverlayStore store = _files.Open())
        {
            Assert.Equal(OverlayStatus.NotFound, store.PutTraits(1, traits));
            AssertOk(store.OpenVolume(Share, out _));
            AssertOk(store.OpenVolume(Share with { RootIno = 3 }, out _));
            AssertOk(store.PutTraits(2, traits));
            AssertOk(store.FindVolume(Share with { RootIno = 3 }, out Volume? volume));
            Assert.Equal(traits, volume!.Traits);
        }

        using SqliteOverlayStore again = _files.Open();
        Assert.Equal([default, traits], again.Volumes().Select(v => v.Traits));
    }

    [Theory]
    [InlineData("//a/b", 2, Birth + 1, true)]
    [InlineData("//a/c", 2, Birth, false)]
    [InlineData("//a/b", 3, Birth, false)]
    public void A_share_whose_birth_times_are_false_is_known_by_its_source(
        string source, ulong root, long birth, bool same)
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(new VolumeIdentity("fuse.x", "//a/b", 2, Birth), out _));
        AssertOk(store.PutTraits(1, new VolumeTraits(default, default, default, FalseBirthTimes: true)));
        Assert.Equal(
            same ? OverlayStatus.Ok : OverlayStatus.NotFound,
            store.FindVolume(new VolumeIdentity("fuse.x", source, root, birth), out _));
    }

    [Fact]
    public void Impossible_traits_are_learnt_again()
    {
        using (SqliteOverlayStore store = _files.Open())
            AssertOk(store.OpenVolume(Share, out _));
        _files.Execute("UPDATE volume SET chown = 99, chmod = -1, utimens = 3, placeholders = 255");
        using SqliteOverlayStore again = _files.Open();
        VolumeTraits expected = new(
            CallTrait.Unknown, CallTrait.Unknown, CallTrait.Ignores, Placeholders: ObjectKinds.All);
        Assert.Equal(expected, again.Volumes()[0].Traits);
    }

    [Fact]
    public void A_volume_s_number_is_not_given_again()
    {
        using (SqliteOverlayStore store = _files.Open())
            AssertOk(store.OpenVolume(Share, out _));
        _files.Execute("DELETE FROM volume");
        using SqliteOverlayStore again = _files.Open();
        AssertOk(again.OpenVolume(Share, out Volume? volume));
        Assert.Equal(2, volume!.Id);
    }
}
