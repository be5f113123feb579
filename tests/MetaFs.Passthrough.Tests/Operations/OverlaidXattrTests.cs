using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Xattrs;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Attributes in the overlay: what they cost, whose they are, and how they end.</summary>
public sealed class OverlaidXattrTests
{
    private static readonly PassthroughOptions s_overlay = new() { Xattrs = XattrPolicy.Overlay };

    [Fact]
    public void A_file_without_any_costs_no_query()
    {
        using var share = new ShareUnderTest(s_overlay with { Chown = SetPolicy.Record });
        NodeId plain = share.Create("plain");
        share.Chown(plain, 5, 6);
        NodeId other = share.Create("other");
        Assert.Equal(Errno.OK, Set(share, other, "user.a", "1"));
        int before = share.Store.CountOf(StoreCalls.Get);
        Assert.Equal(Errno.ENODATA, Get(share, plain, "security.capability", out _));
        Assert.Equal(Errno.ENODATA, Get(share, plain, "user.a", out _));
        Assert.Equal("", List(share, plain));
        Assert.Equal(Errno.ENODATA, Get(share, other, "security.capability", out _));
        Assert.Equal(before, share.Store.CountOf(StoreCalls.Get));
    }

    [Fact]
    public void They_survive_a_remount_and_go_with_their_file()
    {
        using var share = new ShareUnderTest(s_overlay);
        NodeId node = share.Create("f");
        Assert.Equal(Errno.OK, Set(share, node, "user.a", "1"));
        Assert.Equal(Errno.OK, Set(share, node, "trusted.b", ""));
        share.Remount(s_overlay);
        node = share.NodeOf("f");
        Assert.Equal((Errno.OK, "1"), (Get(share, node, "user.a", out string value), value));
        Assert.Equal((Errno.OK, ""), (Get(share, node, "trusted.b", out value), value));
        Assert.Equal("trusted.b user.a", List(share, node));
        Assert.Equal("user.a", List(share, node, User(1000, 1000)));
        Assert.Equal(Errno.OK, share.Fs.Removexattr(Daemon, node, Names.Z("user.a")));
        Assert.Equal(XattrKinds.Trusted, share.RowOf("f")!.Xattrs);
        share.Unlink("f");
        Assert.Equal(0, share.Counts().Xattrs);
    }

    [Fact]
    public void A_removed_file_keeps_them_while_it_is_open_and_no_row()
    {
        using var share = new ShareUnderTest(s_overlay);
        (NodeId node, FileHandle handle) = share.Open("f");
        Assert.Equal(Errno.OK, Set(share, node, "user.a", "1"));
        share.Unlink("f");
        Assert.Equal(0, share.Counts().Xattrs);
        Assert.Equal((Errno.OK, "1"), (Get(share, node, "user.a", out string value), value));
        Assert.Equal(Errno.OK, Set(share, node, "user.b", "2"));
        Assert.Equal(Errno.OK, share.Fs.Removexattr(Daemon, node, Names.Z("user.a")));
        Assert.Equal("user.b", List(share, node));
        share.Release(node, handle);
        Assert.Equal(0, share.Counts().Xattrs);
    }

    [Fact]
    public void What_was_left_under_a_number_is_not_the_next_files()
    {
        using var share = new ShareUnderTest(s_overlay);
        NodeId node = share.Create("f");
        InodeKey key = share.KeyOf(share.Share.Stat("f").Ino);
        InodeRecord stale = new() { Guard = new InodeGuard(FileMode.S_IFREG, GuardKind.BirthTime, 1), Xattrs = XattrKinds.Security };
        share.Store.PutXattrs(key, stale, [XattrChange.Set("security.capability"u8.ToArray(), [1])], isFirst: true);
        Assert.Equal(Errno.ENODATA, Get(share, node, "security.capability", out _));
        Assert.Equal(Errno.OK, Set(share, node, "security.other", "1"));
        Assert.Equal("security.other", List(share, node));
        share.Remount(s_overlay);
        Assert.Equal(Errno.ENODATA, Get(share, share.NodeOf("f"), "security.capability", out _));
    }

    [Fact]
    public void A_reused_number_takes_them_out_of_service()
    {
        using var share = new ShareUnderTest(s_overlay);
        Assert.Equal(Errno.OK, Set(share, share.Create("f"), "user.a", "1"));
        InodeKey key = share.KeyOf(share.Share.Stat("f").Ino);
        InodeRecord row = share.RowOf("f")!;
        share.Store.Put(key, row with { Guard = row.Guard with { Kind = GuardKind.BirthTime, Value = 1 } });
        share.Remount(s_overlay);
        Assert.Equal("", List(share, share.NodeOf("f")));
        Assert.Equal((0, 1), (share.Counts().Xattrs, share.Counts().Quarantined));
    }

    [Fact]
    public void A_database_that_cannot_keep_one_fails_the_call()
    {
        using var share = new ShareUnderTest(s_overlay);
        NodeId node = share.Create("f");
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        Assert.Equal(Errno.ENOSPC, Set(share, node, "user.a", "1"));
        share.Store.Heal();
        Assert.Equal("", List(share, node));
        Assert.Equal(Errno.OK, Set(share, node, "user.a", "1"));
        share.Store.Fail(StoreCalls.Get, OverlayStatus.Failed);
        Assert.Equal(Errno.EIO, Get(share, node, "user.a", out _));
    }

    [Fact]
    public void There_is_a_limit_for_one_file()
    {
        using var share = new ShareUnderTest(s_overlay);
        NodeId node = share.Create("f");
        string value = new('x', 65536);
        for (int i = 0; i < 16; i++)
            Assert.Equal(Errno.OK, Set(share, node, "user.n" + i, value));
        Assert.Equal(Errno.ENOSPC, Set(share, node, "user.more", "1"));
        Assert.Equal(Errno.OK, Set(share, node, "user.n0", ""));
        Assert.Equal(Errno.OK, Set(share, node, "user.more", "1"));
    }

    [Fact]
    public void A_write_ends_a_capability_and_nothing_else()
    {
        using var share = new ShareUnderTest(s_overlay);
        (NodeId node, FileHandle handle) = share.Open("f");
        Assert.Equal(Errno.OK, Set(share, node, "security.capability", "1"));
        Assert.Equal(Errno.OK, Set(share, node, "security.other", "1"));
        Assert.Equal(Errno.OK, share.Fs.Write(Daemon, node, handle, new WriteRequest(0), "data"u8, out _));
        Assert.Equal("security.other", List(share, node));
        Assert.Equal(Errno.OK, Set(share, node, "security.capability", "1"));
        share.Chown(node, 7, 8);
        Assert.Equal("security.other", List(share, node));
        share.Release(node, handle);
    }

    [Theory]
    [InlineData("system.nfs4_acl")]
    [InlineData("system.cifs_acl")]
    [InlineData("system.anything")]
    public void Who_is_not_root_changes_nothing_of_the_shares_own(string name)
    {
        using var share = new ShareUnderTest();
        NodeId node = share.Create("f", context: User(1000, 1000));
        Assert.Equal(Errno.EOPNOTSUPP, share.Fs.Setxattr(User(1000, 1000), node, Names.Z(name), "1"u8, 0, false));
        Assert.Equal(Errno.EOPNOTSUPP, share.Fs.Removexattr(User(1000, 1000), node, Names.Z(name)));
    }

    [XattrFact]
    public void Setting_on_the_share_ends_what_the_overlay_had()
    {
        using var share = new ShareUnderTest(s_overlay);
        share.Share.Write("f", "");
        Assert.Equal(Errno.OK, Set(share, share.NodeOf("f"), "user.a", "1"));
        share.Remount(new PassthroughOptions());
        NodeId node = share.NodeOf("f");
        Assert.Equal((Errno.OK, "1"), (Get(share, node, "user.a", out string value), value));
        Assert.Equal(Errno.EEXIST, share.Fs.Setxattr(Daemon, node, Names.Z("user.a"), "2"u8, Libc.XATTR_CREATE, false));
        Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, node, Names.Z("user.a"), "2"u8, Libc.XATTR_REPLACE, false));
        Assert.Equal((Errno.OK, "2"), (Get(share, node, "user.a", out value), value));
        Assert.Equal(0, share.Counts().Xattrs);
        Assert.Equal("user.a", List(share, node));
        share.Remount(s_overlay);
        Assert.Equal(Errno.ENODATA, Get(share, share.NodeOf("f"), "user.a", out _));
    }

    [Fact]
    public void A_new_file_inherits_an_acl_that_only_the_overlay_knows()
    {
        using var share = new ShareUnderTest(s_overlay);
        NodeId directory = share.Mkdir("d");
        byte[] acl = AclBytes.Of("1:7 2:7:1000 4:1 16:7 32:0");
        Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, directory, Names.Z("system.posix_acl_default"), acl, 0, false));
        Assert.Equal(Errno.OK, share.Fs.Mkdir(Daemon, directory, Names.Z("s"), Oct(777), Oct(77), out var entry));
        share.Counted(entry);
        var made = new NodeId(entry.Nodeid);
        Assert.Equal(Oct(770), entry.Attr.Mode & Oct(7777));
        Assert.Equal(AclBytes.Of("1:7 2:7:1000 4:1 16:7 32:0"), Bytes(share, made, "system.posix_acl_access"));
        Assert.Equal(acl, Bytes(share, made, "system.posix_acl_default"));

        // The share's group gets what is the group's, not the mask.
        Assert.Equal(Oct(710), share.Share.Stat("d/s").Mode & Oct(777));
        share.Chmod(made, Oct(750));
        Assert.Equal(Oct(710), share.Share.Stat("d/s").Mode & Oct(777));
        Assert.Equal(AclBytes.Of("1:7 2:7:1000 4:1 16:5 32:0"), Bytes(share, made, "system.posix_acl_access"));
    }

    [Fact]
    public void A_file_that_gets_its_first_name_has_them_all_the_while()
    {
        using var share = new ShareUnderTest(s_overlay);
        var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno = share.Fs.Tmpfile(Daemon, NodeId.Root, request, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.EOPNOTSUPP)
            return; // the temporary directory's file system has no O_TMPFILE
        var node = new NodeId(share.Counted(entry).Nodeid);
        Assert.Equal(Errno.OK, Set(share, node, "user.a", "1"));
        (Errno Errno, string Value) seen = default;
        var reading = new Thread(() => seen = (Get(share, node, "user.a", out string value), value));
        share.Store.BeforePutXattrs = () =>
        {
            // Until it has its answer, or waits for the link.
            reading.Start();
            SpinWait.SpinUntil(() => (reading.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);
        };
        share.Link(node, "f");
        reading.Join();
        Assert.Equal((Errno.OK, "1"), seen);
        Assert.Equal((Errno.OK, "1"), (Get(share, node, "user.a", out string after), after));
        share.Release(node, new FileHandle(open.Fh));
    }

    [Fact]
    public void Without_acls_none_is_shown_or_set()
    {
        using var share = new ShareUnderTest(s_overlay with { Acls = false });
        NodeId node = share.Create("f");
        byte[] acl = AclBytes.Of("1:7 2:7:1000 4:1 16:7 32:0");
        Assert.Equal(Errno.EOPNOTSUPP, share.Fs.Setxattr(Daemon, node, Names.Z("system.posix_acl_access"), acl, 0, false));
        Assert.Equal(Errno.EOPNOTSUPP, Get(share, node, "system.posix_acl_access", out _));
        byte[] mode = AclBytes.Of("1:7 4:1 32:0");
        Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, node, Names.Z("system.posix_acl_access"), mode, 0, false));
        Assert.Equal(Oct(710), share.Getattr(node).Mode & Oct(7777));
    }

    private static Errno Set(ShareUnderTest share, NodeId node, string name, string value) =>
        share.Fs.Setxattr(Daemon, node, Names.Z(name), Encoding.ASCII.GetBytes(value), 0, false);

    private static Errno Get(ShareUnderTest share, NodeId node, string name, out string value)
    {
        byte[] buffer = new byte[65536];
        Errno errno = share.Fs.Getxattr(Daemon, node, Names.Z(name), buffer, out int size);
        value = Encoding.ASCII.GetString(buffer, 0, errno == Errno.OK ? size : 0);
        return errno;
    }

    private static byte[] Bytes(ShareUnderTest share, NodeId node, string name)
    {
        byte[] buffer = new byte[4096];
        Assert.Equal(Errno.OK, share.Fs.Getxattr(Daemon, node, Names.Z(name), buffer, out int size));
        return buffer[..size];
    }

    private static string List(ShareUnderTest share, NodeId node, RequestContext? context = null)
    {
        byte[] names = new byte[65536];
        Assert.Equal(Errno.OK, share.Fs.Listxattr(context ?? Daemon, node, names, out int size));
        Assert.Equal(Errno.OK, share.Fs.Listxattr(context ?? Daemon, node, [], out int needed));
        Assert.Equal(size, needed);
        return Encoding.ASCII.GetString(names, 0, size).TrimEnd('\0').Replace('\0', ' ');
    }
}
