using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Xattrs;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class SuidTests
{
    // What happens to the file, its mode before and after; on a share that is tried and on one that is not.
    public static TheoryData<string, int, int, bool> Rows
    {
        get
        {
            var rows = new TheoryData<string, int, int, bool>();
            foreach ((string what, int before, int after) in s_rows)
            {
                rows.Add(what, before, after, false);
                rows.Add(what, before, after, true);
            }

            return rows;
        }
    }

    private static readonly (string What, int Before, int After)[] s_rows =
    [
        ("write", 6755, 755),
        ("write", 4644, 644),
        ("write", 2745, 2745),
        ("write", 1777, 1777),
        ("privileged write", 6755, 6755),
        ("truncate", 6755, 755),
        ("truncate", 2745, 2745),
        ("privileged truncate", 6755, 6755),
        ("open truncating", 6755, 755),
        ("privileged open truncating", 6755, 6755),
        ("fallocate", 6755, 755),
        ("privileged fallocate", 6755, 6755),
        ("copy", 6755, 755),
        ("chown", 6755, 755),
        ("chown", 2745, 2745),
        ("chgrp", 6711, 711),
        ("chown to the same", 6755, 755),
        ("chown of nothing", 6755, 755),
        ("utimens", 6755, 6755),
        ("read", 6755, 6755),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Suid_and_sgid_go_as_on_a_local_disk(string what, int before, int after, bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "0123456789"u8);
        share.Chown(node, 42, 43);
        Assert.Equal(Oct(before), share.Chmod(node, Oct(before)).Mode & Oct(7777));

        Apply(what, share, node, handle);
        Assert.Equal(Oct(after), share.Getattr(node).Mode & Oct(7777));

        share.Remount(recording ? Recording : new PassthroughOptions());
        node = share.NodeOf("f");
        Assert.Equal(Oct(after), share.Getattr(node).Mode & Oct(7777));
        Assert.Equal(Oct(before), share.Chmod(node, Oct(before)).Mode & Oct(7777));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bits_of_the_shares_own_go_too(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        share.Share.Write("f", "0123456789");
        share.Share.Chmod("f", Oct(4755));
        NodeId node = share.NodeOf("f");
        FileHandle handle = share.Reopen(node, OpenFlags.O_WRONLY);
        share.Write(node, handle, 0, "X"u8, kill: true);
        Assert.Equal(Oct(755), share.Getattr(node).Mode & Oct(7777));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_directory_keeps_its_bits_when_it_changes_hands(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        NodeId directory = share.Mkdir("d");
        share.Chmod(directory, Oct(6775));
        Assert.Equal(FileMode.S_IFDIR | Oct(6775), share.Chown(directory, 42, 43).Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(6775), share.Setattr(directory, new SetattrRequest()).Mode);
    }

    [Fact]
    public void A_mode_set_together_with_the_owner_stands()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        FuseAttr attr = share.Setattr(node, new SetattrRequest { Uid = 42, Mode = Oct(4755) });
        Assert.Equal((42u, FileMode.S_IFREG | Oct(4755)), (attr.Uid, attr.Mode));
    }

    [Fact]
    public void Suid_stands_on_the_share_only_for_the_real_owner()
    {
        using var share = new ShareUnderTest(new PassthroughOptions { Chown = SetPolicy.Record });
        NodeId node = share.Create("f");
        share.Chmod(node, Oct(6755));
        Assert.Equal(Oct(6755), share.Share.Stat("f").Mode & Oct(7777));

        share.Chown(node, 42, 43);
        share.Chmod(node, Oct(6755));
        Assert.Equal(Oct(6755), share.Getattr(node).Mode & Oct(7777));
        Assert.Equal(Oct(755), share.Share.Stat("f").Mode & Oct(7777));

        share.Chown(node, 42, Libc.Getegid());
        share.Chmod(node, Oct(6755));
        Assert.Equal(Oct(2755), share.Share.Stat("f").Mode & Oct(7777));
    }

    [RootTheory(Capabilities.CAP_CHOWN)]
    [InlineData("chown", false)]
    [InlineData("write", false)]
    [InlineData("truncate", false)]
    [InlineData("open truncating", false)]
    [InlineData("fallocate", false)]
    [InlineData("copy", false)]
    [InlineData("chown", true)]
    [InlineData("write", true)]
    [InlineData("truncate", true)]
    public void What_is_recorded_goes_before_the_share_is_changed(string what, bool isCapability)
    {
        using var share = new ShareUnderTest(
            new PassthroughOptions { Chmod = SetPolicy.Record, Xattrs = XattrPolicy.Overlay });
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "0123456789"u8);
        share.Chmod(node, isCapability ? Oct(755) : Oct(4755));
        CString name = Names.Z("security.capability");
        if (isCapability)
            Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, node, name, "1"u8, 0, false));
        Statx before = share.Share.Stat("f");

        // As far as a daemon gets that dies after the first call on the share.
        share.Store.Fail(StoreCalls.Writes, OverlayStatus.Full);
        Assert.Equal(Errno.ENOSPC, Try(what, share, node, handle));
        Statx after = share.Share.Stat("f");
        Assert.Equal((before.Uid, before.Gid, before.Size, before.MtimeNs), (after.Uid, after.Gid, after.Size, after.MtimeNs));
        Assert.Equal("0123456789", share.Share.Read("f"));

        share.Store.Heal();
        Assert.Equal(Errno.OK, Try(what, share, node, handle));
        share.Remount(new PassthroughOptions());
        node = share.NodeOf("f");
        Assert.Equal(Oct(755), share.Getattr(node).Mode & Oct(7777));
        Assert.Equal(Errno.ENODATA, share.Fs.Getxattr(Daemon, node, name, new byte[9], out _));
    }

    [RootFact]
    public void A_change_that_the_share_turns_down_takes_nothing()
    {
        using var mounted = new TmpfsMount(readOnly: true);
        using var share = new ShareUnderTest(new PassthroughOptions { Chmod = SetPolicy.Record }, mounted.Path);
        NodeId node = share.NodeOf("f");
        share.Chmod(node, Oct(4755));
        Assert.Equal(Errno.EROFS, share.TrySetattr(node, new SetattrRequest { Uid = 42 }));
        Assert.Equal(Oct(4755), share.Getattr(node).Mode & Oct(7777));
        share.Remount(new PassthroughOptions());
        Assert.Equal(Oct(4755), share.Getattr(share.NodeOf("f")).Mode & Oct(7777));
    }

    private static void Apply(string what, ShareUnderTest share, NodeId node, FileHandle handle) =>
        Assert.Equal(Errno.OK, Try(what, share, node, handle));

    private static Errno Try(string what, ShareUnderTest share, NodeId node, FileHandle handle)
    {
        RequestContext user = User(1000, 1000);
        RequestContext root = User(0, 0);
        return what switch
        {
            "write" => Write(share, node, handle, kill: true),
            "privileged write" => Write(share, node, handle, kill: false),
            "truncate" => share.TrySetattr(node, new SetattrRequest { Size = 5, KillSuidgid = true }),
            "privileged truncate" => share.TrySetattr(node, new SetattrRequest { Size = 5 }),
            "open truncating" => share.Fs.Open(user, node, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, true, out _),
            "privileged open truncating" =>
                share.Fs.Open(root, node, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, false, out _),
            "fallocate" => share.Fs.Fallocate(user, node, handle, 0, 4096, 0),
            "privileged fallocate" => share.Fs.Fallocate(root, node, handle, 0, 4096, 0),
            "copy" => share.Fs.CopyFileRange(user, node, handle, 0, node, handle, 10, 5, out _),
            "chown" => share.TrySetattr(node, new SetattrRequest { Uid = 44, Gid = 45 }),
            "chgrp" => share.TrySetattr(node, new SetattrRequest { Gid = 45 }),
            "chown to the same" => share.TrySetattr(node, new SetattrRequest { Uid = 42, Gid = 43 }),
            "chown of nothing" => share.TrySetattr(node, new SetattrRequest()),
            "utimens" => share.TrySetattr(node, new SetattrRequest { Atime = At(1), Mtime = At(2) }),
            _ => share.Fs.Read(user, node, handle, 0, new byte[4], out _),
        };
    }

    // What a kernel since 6.0 does before the daemon hears of it.
    [Theory]
    [InlineData(7, 7, 2777, 777)]
    [InlineData(7, 50, 2777, 2777)]
    [InlineData(0, 0, 2777, 2777)]
    [InlineData(7, 7, 2666, 2666)]
    public void A_setgid_program_in_a_setgid_directory_is_made_by_members_of_its_group(
        uint uid, uint gid, int mode, int made)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d");
        share.Chown(directory, 1, 50);
        share.Chmod(directory, Oct(2777));
        NodeId file = share.Create("f", Oct(mode), User(uid, gid), directory);
        FuseAttr attr = share.Getattr(file);
        Assert.Equal((50u, FileMode.S_IFREG | Oct(made)), (attr.Gid, attr.Mode));
    }

    private static Errno Write(ShareUnderTest share, NodeId node, FileHandle handle, bool kill) =>
        share.Fs.Write(Daemon, node, handle, new WriteRequest(0, false, kill), "X"u8, out _);
}
