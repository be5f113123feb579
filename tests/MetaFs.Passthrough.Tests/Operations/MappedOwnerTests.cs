using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class MappedOwnerTests
{
    private static readonly PassthroughOptions s_mapped =
        new() { Uid = 33, Gid = 34, FileMode = Oct(640), DirMode = Oct(750) };

    [Fact]
    public void A_chown_outweighs_the_uid_and_gid_options()
    {
        using var share = new ShareUnderTest(s_mapped);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        FuseAttr attr = share.Chown(node, 44, 45);
        Assert.Equal((44u, 45u), (attr.Uid, attr.Gid));
        share.Remount(s_mapped);
        attr = share.Lookup("f").Attr;
        Assert.Equal((44u, 45u), (attr.Uid, attr.Gid));
    }

    [Fact]
    public void A_chmod_outweighs_the_mode_options()
    {
        using var share = new ShareUnderTest(s_mapped);
        share.Share.Write("f", "");
        share.Share.MakeDirectory("d");
        Assert.Equal(FileMode.S_IFREG | Oct(600), share.Chmod(share.NodeOf("f"), Oct(600)).Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(700), share.Chmod(share.NodeOf("d"), Oct(700)).Mode);
        share.Remount(s_mapped);
        Assert.Equal(FileMode.S_IFREG | Oct(600), share.Lookup("f").Attr.Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(700), share.Lookup("d").Attr.Mode);
    }

    [Fact]
    public void A_chown_to_what_the_share_has_anyway_outweighs_the_options_too()
    {
        using var share = new ShareUnderTest(s_mapped);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        uint own = share.Share.Stat("f").Uid;
        Assert.Equal(own, share.Chown(node, own, null).Uid);
        Assert.Equal(own, share.Getattr(node).Uid);
    }
}
