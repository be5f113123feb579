using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class StoreFailureTests
{
    private static readonly RequestContext s_user = User(1000, 1001);

    public static TheoryData<OverlayStatus, Errno> Failures => new()
    {
        { OverlayStatus.Full, Errno.ENOSPC },
        { OverlayStatus.ReadOnly, Errno.EROFS },
        { OverlayStatus.Failed, Errno.EIO },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_cannot_be_kept_is_not_claimed(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", context: s_user);
        FuseAttr before = share.Utimens(node, 5, 6);
        InodeRecord row = share.RowOf("f")!;

        share.Store.Fail(StoreCalls.Writes, status);
        Assert.Equal(expected, share.TrySetattr(node, new SetattrRequest { Uid = 42 }));
        Assert.Equal(expected, share.TrySetattr(node, new SetattrRequest { Gid = 42, Handle = handle }));
        Assert.Equal(expected, share.TrySetattr(node, new SetattrRequest { Mode = Oct(600) }));
        Assert.Equal(expected, share.TrySetattr(node, new SetattrRequest { Atime = At(1), Mtime = At(2) }));
        Assert.Equal(expected, share.TrySetattr(NodeId.Root, new SetattrRequest { Uid = 42 }));
        AssertSame(before, share.Getattr(node));
        AssertSame(before, share.Lookup("f").Attr);

        share.Store.Heal();
        Assert.Equal(row with { Hint = default }, share.RowOf("f")! with { Hint = default });
        Assert.Equal(42u, share.Chown(node, 42, null).Uid);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_cannot_be_made_its_makers_is_not_made(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("existing", context: s_user);
        (int nodes, OverlayCounts counts) = (share.Fs.LiveNodes, share.Counts());
        share.Store.Fail(StoreCalls.Writes, status);
        foreach ((string name, Func<Errno> make) in Makers(share))
        {
            Assert.Equal((name, expected), (name, make()));
            Assert.False(share.Share.Exists(name), $"{name} was left on the share");
        }

        Assert.Equal((nodes, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
        share.Store.Heal();
        Assert.Equal(counts, share.Counts());
        foreach ((_, Func<Errno> make) in Makers(share))
            Assert.Equal(Errno.OK, make());
    }

    [Fact]
    public void Every_point_of_failure_leaves_a_whole_file_or_none()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d");
        for (int nth = 1; nth <= 6; nth++)
        {
            share.Store.FailFrom(nth, StoreCalls.Writes | StoreCalls.Get, OverlayStatus.Full);
            string name = $"f{nth}";
            Errno errno = share.TryCreate(name, Oct(600), s_user, directory, out FuseEntryOut entry, out _);
            share.Store.Heal();
            Assert.Equal(errno == Errno.OK, share.Share.Exists($"d/{name}"));
            if (errno != Errno.OK)
                continue;
            Assert.Equal(1000u, entry.Attr.Uid);
            Assert.Equal(1000u, share.RowOf($"d/{name}")!.Uid!.Value.Value);
        }

        Assert.False(share.Share.Exists("d/f1"));
        Assert.True(share.Share.Exists("d/f6"));
    }

    [Fact]
    public void Reads_keep_serving_when_the_database_cannot_be_written()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", context: s_user);
        share.Write(node, handle, 0, "data"u8);
        share.Share.Write("other", "theirs");
        share.Store.Fail(StoreCalls.Writes | StoreCalls.Sync, OverlayStatus.Full);

        Assert.Equal("data"u8.ToArray(), share.Read(node, handle));
        Assert.Equal(1000u, share.Getattr(node).Uid);
        Assert.Equal(1000u, share.Lookup("f").Attr.Uid);
        Assert.Equal(Libc.Geteuid(), share.Lookup("other").Attr.Uid);
        FileHandle other = share.Reopen(share.NodeOf("other"), OpenFlags.O_RDONLY);
        Assert.Equal("theirs"u8.ToArray(), share.Read(share.NodeOf("other"), other));
        Assert.Contains("f", Listing.Names(share, NodeId.Root));
        share.Write(node, handle, 0, "DATA"u8);
        Assert.Equal("DATA", share.Share.Read("f"));
    }

    [Fact]
    public void Data_may_go_and_come_although_the_database_cannot_forget_a_time()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "data"u8);
        share.Utimens(node, 5, 6);
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        share.Write(node, handle, 0, "longer data"u8);
        Assert.Equal(share.Share.Stat("f").MtimeNs, MtimeOf(share.Getattr(node)));

        // The row still has the time; the next daemon sees by its witness that it is not true any more.
        share.Store.Heal();
        share.Remount(Recording);
        Assert.Equal(share.Share.Stat("f").MtimeNs, MtimeOf(share.Lookup("f").Attr));
    }

    [Fact]
    public void Names_can_be_removed_and_moved_although_the_database_is_full()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("gone", context: s_user);
        NodeId node = share.Create("moved", context: s_user);
        NodeId directory = share.Mkdir("d", context: s_user);
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        share.Unlink("gone");
        share.Rename("moved", "there");
        share.Rmdir("d");
        Assert.False(share.Share.Exists("gone"));
        Assert.False(share.Share.Exists("d"));
        Assert.Equal(1000u, share.Getattr(node).Uid);
        Assert.Equal(1000u, share.Lookup("there").Attr.Uid);
        Assert.Equal(0u, share.Getattr(directory).Nlink);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_file_without_a_name_gets_none_if_its_values_cannot_be_kept(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno = share.Fs.Tmpfile(s_user, NodeId.Root, request, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.EOPNOTSUPP)
            return; // the temporary directory's file system has no O_TMPFILE
        var node = new NodeId(share.Counted(entry).Nodeid);
        share.Store.Fail(StoreCalls.Writes, status);
        Assert.Equal(expected, share.Fs.Link(s_user, node, NodeId.Root, Names.Z("f"), out _));
        Assert.False(share.Share.Exists("f"));

        Assert.Equal(1000u, share.Getattr(node).Uid);
        share.Release(node, new FileHandle(open.Fh));
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_record_that_cannot_be_read_is_not_guessed(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("f", context: s_user);
        share.Remount(Recording);
        share.Store.Fail(StoreCalls.Get, status);
        Assert.Equal(expected, share.TryLookup("f"));
        Assert.Equal(1, share.Fs.LiveNodes);

        // A listing names it all the same; the kernel asks again when the attributes matter.
        Assert.Contains("f", Listing.Names(share, NodeId.Root));
        Listing.Entry entry = Listing.Plus(share, NodeId.Root).Single(e => e.Name == "f");
        Assert.Equal(0ul, entry.Out.Nodeid);

        share.Store.Heal();
        Assert.Equal(1000u, share.Lookup("f").Attr.Uid);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_sync_that_fails_is_told(OverlayStatus status, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", context: s_user);
        Assert.Equal(Errno.OK, share.Fs.Opendir(s_user, NodeId.Root, default, out FuseOpenOut directory));
        Assert.Equal(Errno.OK, share.Fs.Fsync(s_user, node, handle, false));
        share.Store.Fail(StoreCalls.Sync, status);
        Assert.Equal(expected, share.Fs.Fsync(s_user, node, handle, false));
        Assert.Equal(expected, share.Fs.Fsyncdir(s_user, NodeId.Root, new FileHandle(directory.Fh), false));
        Assert.Equal(expected, share.Fs.Syncfs(s_user, NodeId.Root));
        share.Store.Heal();
        Assert.Equal(Errno.OK, share.Fs.Syncfs(s_user, NodeId.Root));
    }

    [Fact]
    public void Set_id_bits_that_cannot_be_taken_are_told()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(4755), s_user);
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        Assert.Equal(Errno.ENOSPC, share.Fs.Write(s_user, node, handle, new WriteRequest(0, false, true), "x"u8, out _));
        Assert.Equal(Errno.ENOSPC, share.TrySetattr(node, new SetattrRequest { Size = 0, KillSuidgid = true }));
        share.Store.Heal();
        share.Write(node, handle, 0, "x"u8, kill: true);
        Assert.Equal(Oct(755), share.Getattr(node).Mode & Oct(7777));
    }

    private static (string Name, Func<Errno> Make)[] Makers(ShareUnderTest share) =>
    [
        ("file", () => share.TryCreate("file", s_user)),
        ("directory", () => Count(
            share,
            share.Fs.Mkdir(
                s_user, NodeId.Root, Names.Z("directory"), Oct(755), 0, out FuseEntryOut entry), entry)),
        ("fifo", () => Count(
            share,
            share.Fs.Mknod(
                s_user, NodeId.Root, Names.Z("fifo"), FileMode.S_IFIFO | Oct(600), 0, 0, out FuseEntryOut entry),
            entry)),
        ("node", () => Count(
            share,
            share.Fs.Mknod(
                s_user, NodeId.Root, Names.Z("node"), FileMode.S_IFREG | Oct(600), 0, 0, out FuseEntryOut entry),
            entry)),
        ("link", () => Count(
            share,
            share.Fs.Symlink(s_user, NodeId.Root, Names.Z("link"), Names.Z("t"), out FuseEntryOut entry), entry)),
    ];

    private static Errno Count(ShareUnderTest share, Errno errno, FuseEntryOut entry)
    {
        if (errno == Errno.OK)
            share.Counted(entry);
        return errno;
    }

    private static void AssertSame(in FuseAttr expected, in FuseAttr actual) => Assert.Equal(
        (expected.Uid, expected.Gid, expected.Mode, MtimeOf(expected), AtimeOf(expected), CtimeOf(expected)),
        (actual.Uid, actual.Gid, actual.Mode, MtimeOf(actual), AtimeOf(actual), CtimeOf(actual)));
}
