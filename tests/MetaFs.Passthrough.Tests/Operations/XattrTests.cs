using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Xattrs;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class XattrTests
{
    [XattrFact]
    public void A_value_for_which_the_shares_inode_has_no_room_is_kept_all_the_same()
    {
        using var share = new ShareUnderTest();
        NodeId node = share.Create("f");
        byte[] large = new byte[20_000];
        large.AsSpan().Fill((byte)'x');
        Assert.Equal(Errno.OK, Set(share, node, "small"u8, 0));
        Assert.Equal(Errno.OK, Set(share, node, large, 0));
        byte[] buffer = new byte[large.Length];
        Assert.Equal((Errno.OK, large.Length), (Get(share, node, buffer, out int size), size));
        Assert.Equal(large, buffer);
        Assert.Equal(Errno.OK, Set(share, node, "small"u8, Libc.XATTR_REPLACE));
        Assert.Equal((Errno.OK, 5), (Get(share, node, buffer, out size), size));
        Assert.Equal(Errno.OK, share.Fs.Removexattr(Daemon, node, Names.Z("user.test")));
        Assert.Equal(Errno.ENODATA, Get(share, node, buffer, out _));
    }

    [XattrFact]
    public void Where_there_are_none_nobody_is_asked()
    {
        using var share = new ShareUnderTest();
        NodeId node = share.Create("f");
        Assert.Equal(Errno.OK, Set(share, node, "value"u8, 0));
        share.Remount(new PassthroughOptions { Xattrs = XattrPolicy.None });
        node = share.NodeOf("f");
        Assert.Equal(Errno.ENOSYS, Get(share, node, new byte[10], out _));
        Assert.Equal(Errno.ENOSYS, Set(share, node, "other"u8, 0));
        Assert.Equal(Errno.ENOSYS, share.Fs.Removexattr(Daemon, node, Names.Z("user.test")));
        Assert.Equal(Errno.ENOSYS, share.Fs.Listxattr(Daemon, node, new byte[1000], out _));
        share.Remount(new PassthroughOptions());
        byte[] buffer = new byte[10];
        Assert.Equal((Errno.OK, 5), (Get(share, share.NodeOf("f"), buffer, out int size), size));
        Assert.Equal("value"u8.ToArray(), buffer[..5]);
    }

    [XattrFact]
    public void An_attribute_is_set_read_listed_and_removed()
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.Write("f", "");
        foreach (NodeId node in (NodeId[])[share.NodeOf("f"), share.Mkdir("d"), NodeId.Root])
        {
            Assert.Equal(Errno.ENODATA, Get(share, node, new byte[10], out _));
            Assert.Equal(Errno.OK, Set(share, node, "value"u8, Libc.XATTR_CREATE));
            Assert.Equal(Errno.EEXIST, Set(share, node, "other"u8, Libc.XATTR_CREATE));
            byte[] buffer = new byte[10];
            Assert.Equal((Errno.OK, 5), (Get(share, node, buffer, out int size), size));
            Assert.Equal("value"u8.ToArray(), buffer[..5]);
            Assert.Equal((Errno.OK, 5), (Get(share, node, [], out size), size));
            Assert.Equal(Errno.ERANGE, Get(share, node, new byte[4], out _));

            byte[] names = new byte[1000];
            Assert.Equal(Errno.OK, share.Fs.Listxattr(Daemon, node, names, out size));
            Assert.True(names.AsSpan(0, size).IndexOf("user.test\0"u8) >= 0);
            Assert.Equal(Errno.OK, share.Fs.Listxattr(Daemon, node, [], out int needed));
            Assert.Equal(size, needed);

            Assert.Equal(Errno.OK, Set(share, node, ""u8, Libc.XATTR_REPLACE));
            Assert.Equal((Errno.OK, 0), (Get(share, node, buffer, out size), size));
            Assert.Equal(Errno.OK, share.Fs.Removexattr(Daemon, node, Names.Z("user.test")));
            Assert.Equal(Errno.ENODATA, share.Fs.Removexattr(Daemon, node, Names.Z("user.test")));
            Assert.Equal(Errno.ENODATA, Set(share, node, "x"u8, Libc.XATTR_REPLACE));
        }
    }

    [XattrFact]
    public void An_attribute_of_a_file_without_a_name_is_reached_through_its_handle()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        Assert.Equal(Errno.OK, Set(share, node, "value"u8, 0));
        share.Unlink("f");
        Assert.Equal((Errno.OK, 5), (Get(share, node, new byte[10], out int size), size));
        share.Release(node, handle);
        Assert.Equal(Errno.ESTALE, Get(share, node, new byte[10], out _));
    }

    [Fact]
    public void A_links_attributes_are_not_its_targets()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("target", "");
        share.Share.Symlink("target", "link");
        share.Share.Symlink("nowhere", "dangling");
        NodeId link = share.NodeOf("link");

        // user.* is for files and directories only (xattr(7)).
        Assert.NotEqual(Errno.OK, Set(share, link, "x"u8, 0));
        Assert.NotEqual(Errno.OK, Get(share, share.NodeOf("target"), new byte[9], out _));
        Assert.NotEqual(Errno.OK, Get(share, share.NodeOf("dangling"), new byte[9], out _));
        Assert.NotEqual(Errno.ENOENT, Get(share, share.NodeOf("dangling"), new byte[9], out _));
    }

    private static Errno Get(ShareUnderTest share, NodeId node, Span<byte> value, out int size) =>
        share.Fs.Getxattr(Daemon, node, Names.Z("user.test"), value, out size);

    private static Errno Set(ShareUnderTest share, NodeId node, ReadOnlySpan<byte> value, int flags) =>
        share.Fs.Setxattr(Daemon, node, Names.Z("user.test"), value, flags, false);
}
