using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Xattrs;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Records that fsck or prune has a mount take out of service, with their extended attributes.</summary>
public sealed class RetireTests
{
    private static readonly PassthroughOptions s_overlay = new() { Xattrs = XattrPolicy.Overlay };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attributes_go_with_the_record(bool delete)
    {
        using var share = new ShareUnderTest(s_overlay);
        ControlRecord record = MadeAndForgotten(share);
        share.Share.Delete("f");
        Assert.Equal(ControlProtocol.RetireDone, Retire(share, record, delete));
        OverlayCounts counts = share.Counts();
        Assert.Equal((0, 0, delete ? 0 : 1), (counts.Records, counts.Xattrs, counts.Quarantined));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_found_meanwhile_keeps_both(bool delete)
    {
        using var share = new ShareUnderTest(s_overlay);
        ControlRecord record = MadeAndForgotten(share);
        share.Store.BeforeRemove = share.Store.BeforeQuarantine = () => share.NodeOf("f");
        Assert.Equal(ControlProtocol.RetireLeft, Retire(share, record, delete));
        share.Store.BeforeRemove = share.Store.BeforeQuarantine = null;
        share.Remount(s_overlay);
        byte[] value = new byte[9];
        Assert.Equal(Errno.OK, share.Fs.Getxattr(Daemon, share.NodeOf("f"), Names.Z("user.a"), value, out int size));
        Assert.Equal("1"u8, value.AsSpan(0, size));
    }

    private static ControlRecord MadeAndForgotten(ShareUnderTest share)
    {
        NodeId node = share.Create("f");
        Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, node, Names.Z("user.a"), "1"u8, 0, false));
        ulong ino = share.Getattr(node).Ino;
        share.ForgetAll();
        return new ControlRecord(Assert.Single(share.Store.Volumes()).Id, ino, share.RowOf(ino)!.SetAt);
    }

    private static char Retire(ShareUnderTest share, ControlRecord record, bool delete)
    {
        byte[] order = new byte[ControlProtocol.RetireSize];
        Assert.True(ControlProtocol.WriteRetire(new ControlRetire(delete, "test", [record]), order));
        byte[] answer = new byte[1];
        Assert.Equal(
            Errno.OK,
            share.Fs.Ioctl(Daemon, NodeId.Root, default, ControlProtocol.Retire, order, answer, out int length));
        Assert.Equal(1, length);
        return (char)answer[0];
    }
}
