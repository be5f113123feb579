using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Volumes kept by name: renames that the share has made and a daemon that died has not kept.</summary>
public sealed class MoveRecoveryTests
{
    private static readonly PassthroughOptions s_byName = Recording with { Identity = IdentityPolicy.Name };
    private static readonly RequestContext s_user = User(1000, 1001);
    private static readonly RequestContext s_other = User(2000, 2001);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rename_below_a_directory_that_was_renamed_too_is_kept(bool outerFirst)
    {
        using var share = new ShareUnderTest(s_byName);
        NodeId outer = share.Mkdir("d", context: s_user);
        NodeId inner = share.Mkdir("s", context: s_user, parent: outer);
        share.Create("x", context: s_other, parent: inner);
        PendingMove[] moves =
        [
            Move(share, VolumeIdentity.RootByName, "d", "e", Number(share, "d")),
            Move(share, Number(share, "s", outer), "x", "y", Number(share, "x", inner)),
        ];
        foreach (PendingMove move in outerFirst ? moves : moves.Reverse())
            Assert.Equal(OverlayStatus.Ok, share.Store.BeginMove(move, out _));
        share.Share.Move("d/s/x", "d/s/y");
        share.Share.Move("d", "e");
        share.RemountAfterKill(s_byName);

        Assert.Empty(share.Store.PendingMoves(Volume(share)));
        Assert.Equal(1000u, share.Lookup("e").Attr.Uid);
        Assert.Equal(2000u, share.Lookup("y", share.NodeOf("s", share.NodeOf("e"))).Attr.Uid);
        Assert.Equal(Errno.ENOENT, share.TryLookup("d"));
    }

    [Fact]
    public void A_rename_that_did_not_happen_below_one_that_did_is_forgotten()
    {
        using var share = new ShareUnderTest(s_byName);
        NodeId outer = share.Mkdir("d", context: s_user);
        share.Create("x", context: s_other, parent: outer);
        Begin(share, Move(share, Number(share, "d"), "x", "y", Number(share, "x", outer)));
        Begin(share, Move(share, VolumeIdentity.RootByName, "d", "e", Number(share, "d")));
        share.Share.Move("d", "e");
        share.RemountAfterKill(s_byName);
        Assert.Empty(share.Store.PendingMoves(Volume(share)));
        Assert.Equal(2000u, share.Lookup("x", share.NodeOf("e")).Attr.Uid);
    }

    [Fact]
    public void A_rename_of_what_is_at_neither_name_is_forgotten()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Create("a", context: s_user);
        Begin(share, Move(share, VolumeIdentity.RootByName, "a", "b", Number(share, "a")));
        share.Share.Delete("a");
        share.RemountAfterKill(s_byName);
        Assert.Empty(share.Store.PendingMoves(Volume(share)));
        Assert.Equal(Errno.ENOENT, share.TryLookup("b"));
    }

    [Fact]
    public void Names_of_a_rename_that_cannot_be_ended_yet_take_nothing_newer()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Create("a", context: s_user);
        share.Create("other", context: s_other);
        Begin(share, Move(share, VolumeIdentity.RootByName, "a", "b", Number(share, "a")));
        share.Share.Move("a", "b");
        share.RemountAfterKill(s_byName, StoreCalls.Apply);

        Assert.Equal(2000u, share.Lookup("other").Attr.Uid);
        Assert.Equal(Errno.EIO, share.TryLookup("b"));
        Assert.Equal(Errno.EIO, share.TryCreate("a", s_other));
        Assert.Equal(
            Errno.EIO, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("other"), NodeId.Root, Names.Z("b"), 0));
        Assert.Contains("b", Listing.Names(share, NodeId.Root));
        Assert.Contains(share.Log.Lines, line => line.Contains("renamed to b", StringComparison.Ordinal));

        share.Store.Heal();
        NodeId moved = share.NodeOf("b");
        Assert.Equal(1000u, share.Getattr(moved).Uid);
        Assert.Empty(share.Store.PendingMoves(Volume(share)));
        share.Chown(moved, 42, null);
        Assert.Equal(Errno.OK, share.TryCreate("a", s_other));
        share.RemountAfterKill(s_byName);
        Assert.Equal((42u, 2000u), (share.Lookup("b").Attr.Uid, share.Lookup("a").Attr.Uid));
    }

    [Fact]
    public void What_the_share_does_not_tell_leaves_other_renames_without_an_answer_too()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Create("a", context: s_user);
        ulong number = Number(share, "a");

        // ENAMETOOLONG: a name that is neither there nor not.
        Begin(share, Move(share, VolumeIdentity.RootByName, "a", new string('l', 300), number));
        Begin(share, Move(share, VolumeIdentity.RootByName, "b", "c", number));
        share.RemountAfterKill(s_byName);
        Assert.Equal(2, share.Store.PendingMoves(Volume(share)).Count);
        foreach (string name in new[] { "a", "b", "c" })
            Assert.Equal((name, Errno.EIO), (name, share.TryLookup(name)));
        Assert.Equal(Errno.OK, share.TryCreate("d", s_other));
        share.Rename("d", "e");
        Assert.Equal(2, share.Store.PendingMoves(Volume(share)).Count);
    }

    [RootFact]
    public void A_mount_inside_the_share_keeps_them_too()
    {
        using var share = new ShareUnderTest(s_byName);
        share.Share.MakeDirectory("mnt");
        using var mounted = new TmpfsMount(readOnly: false, share.Share.At("mnt"));
        NodeId top = share.NodeOf("mnt");
        share.Create("a", context: s_user, parent: top);
        long volume = share.Store.Volumes()[1].Id;
        Assert.Equal(
            OverlayStatus.Ok, share.Store.FindName(volume, VolumeIdentity.RootByName, "a"u8, out ulong number));
        Assert.Equal(OverlayStatus.Ok, share.Store.Get(new InodeKey(volume, number), out InodeRecord? record));
        Begin(share, new PendingMove(
            volume, VolumeIdentity.RootByName, "a"u8.ToArray(), VolumeIdentity.RootByName, "b"u8.ToArray(), false,
            record!.Guard, 0, 0));
        share.Share.Move("mnt/a", "mnt/b");
        share.RemountAfterKill(s_byName);
        Assert.Equal(1000u, share.Lookup("b", share.NodeOf("mnt")).Attr.Uid);
        Assert.Empty(share.Store.PendingMoves(volume));
    }

    [Theory]
    [InlineData(OverlayStatus.Full, Errno.ENOSPC)]
    [InlineData(OverlayStatus.ReadOnly, Errno.EROFS)]
    public void A_name_whose_change_cannot_be_noted_is_not_changed(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(s_byName);
        NodeId file = share.Create("a", context: s_user);
        share.Store.Fail(StoreCalls.Writes, status);
        Assert.Equal(expected, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("a"), NodeId.Root, Names.Z("b"), 0));
        Assert.Equal(expected, share.Fs.Link(Daemon, file, NodeId.Root, Names.Z("b"), out _));
        Assert.True(share.Share.Exists("a"));
        Assert.False(share.Share.Exists("b"));

        // Nothing is kept of it, so nothing can be lost.
        share.Share.Write("plain", "");
        share.Rename("plain", "moved");
        share.Store.Heal();
        share.RemountAfterKill(s_byName);
        Assert.Equal(1000u, share.Lookup("a").Attr.Uid);
    }

    private static void Begin(ShareUnderTest share, PendingMove move) =>
        Assert.Equal(OverlayStatus.Ok, share.Store.BeginMove(move, out _));

    private static PendingMove Move(ShareUnderTest share, ulong directory, string from, string to, ulong number) => new(
        Volume(share), directory, Encoding.UTF8.GetBytes(from), directory, Encoding.UTF8.GetBytes(to), false,
        share.RowOf(number)!.Guard, 0, 0);

    private static ulong Number(ShareUnderTest share, string name, NodeId? parent = null) =>
        share.Lookup(name, parent).Attr.Ino;

    private static long Volume(ShareUnderTest share) => Assert.Single(share.Store.Volumes()).Id;
}
