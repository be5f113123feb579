using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class OwnerTests
{
    // Whether the share is tried or not, and whether it refuses (an ordinary user) or obeys (root): programs see
    // the same.
    public static TheoryData<bool> Policies => [false, true];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Each_half_of_a_chown_is_kept_by_itself(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId node = share.Create("f");
        AssertOwner(42, 43, share.Chown(node, 42, 43));
        AssertOwner(44, 43, share.Chown(node, 44, null));
        AssertOwner(44, 45, share.Chown(node, null, 45));
        AssertOwner(44, 45, share.Setattr(node, new SetattrRequest()));
        AssertOwner(44, 45, share.Getattr(node));
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(44, 45, share.Lookup("f").Attr);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_half_that_was_never_set_stays_the_shares(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        AssertOwner(42, Libc.Getegid(), share.Chown(node, 42, null));
        if (recording)
            Assert.Null(share.RowOf("f")!.Gid);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_owner_again_and_again_is_the_same_owner(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId node = share.Create("f");
        for (int i = 0; i < 4; i++)
            AssertOwner(42, 43, share.Chown(node, 42, 43));
        for (int i = 0; i < 3; i++)
            AssertOwner(Libc.Geteuid(), Libc.Getegid(), share.Chown(node, Libc.Geteuid(), Libc.Getegid()));
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(Libc.Geteuid(), Libc.Getegid(), share.Lookup("f").Attr);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_greatest_ids_are_kept(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId node = share.Create("f");
        AssertOwner(4294967294, 2147483648, share.Chown(node, 4294967294, 2147483648));
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(4294967294, 2147483648, share.Lookup("f").Attr);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Each_mode_is_kept_exactly_and_can_be_taken_back(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId file = share.Create("f");
        NodeId directory = share.Mkdir("d");
        foreach (uint mode in ((int[])[0, 600, 600, 7777, 1755, 444, 4711, 4711, 640]).Select(Oct))
        {
            Assert.Equal(FileMode.S_IFREG | mode, share.Chmod(file, mode).Mode);
            Assert.Equal(FileMode.S_IFDIR | mode, share.Chmod(directory, mode | FileMode.S_IFDIR).Mode);
            Assert.Equal(FileMode.S_IFREG | mode, share.Getattr(file).Mode);
            Assert.Equal(FileMode.S_IFDIR | mode, share.Lookup("d").Attr.Mode);
        }
    }

    [Fact]
    public void With_record_the_share_is_left_alone()
    {
        using ShareUnderTest share = Make(recording: true);
        share.Share.Write("f", "data");
        share.Share.Chmod("f", Oct(644));
        Statx before = share.Share.Stat("f");
        NodeId node = share.NodeOf("f");
        share.Chown(node, 42, 43);
        share.Chmod(node, Oct(600));
        share.Utimens(node, 1, 2);

        Statx after = share.Share.Stat("f");
        Assert.Equal((before.Uid, before.Gid, before.Mode), (after.Uid, after.Gid, after.Mode));
        Assert.Equal((before.AtimeNs, before.MtimeNs, before.CtimeNs), (after.AtimeNs, after.MtimeNs, after.CtimeNs));
        InodeRecord row = share.RowOf("f")!;
        Assert.Equal(ReasonKind.Option, row.Uid!.Value.Reason.Kind);
        Assert.Equal(ReasonKind.Option, row.Mode!.Value.Reason.Kind);
        Assert.Equal(ReasonKind.Option, row.Mtime!.Value.Reason.Kind);
        Assert.Equal(Oct(600), row.Mode.Value.Value);
    }

    [RootFact(Capabilities.CAP_CHOWN)]
    public void A_share_that_obeys_needs_no_rows_and_drops_those_it_has()
    {
        using ShareUnderTest share = Make(recording: true);
        NodeId node = share.Create("f");
        share.Chown(node, 42, 43);
        share.Chmod(node, Oct(600));
        share.Utimens(node, 1, 2);
        Assert.NotNull(share.RowOf("f"));

        share.Remount(new PassthroughOptions());
        node = share.NodeOf("f");
        AssertOwner(50, 51, share.Chown(node, 50, 51));
        Assert.Null(share.RowOf("f")!.Uid);
        Assert.Equal(Oct(640), share.Chmod(node, Oct(640)).Mode & Oct(7777));
        Assert.Null(share.RowOf("f")!.Mode);
        Assert.Equal(5_000_000_000, ShareUnderTest.MtimeOf(share.Utimens(node, 4_000_000_000, 5_000_000_000)));
        AssertOwner(50, 51, share.Getattr(node));
        Statx stat = share.Share.Stat("f");
        Assert.Equal((50u, 51u, 5_000_000_000), (stat.Uid, stat.Gid, stat.MtimeNs));
        Assert.True(share.RowOf("f") is null or { IsEmpty: true });
    }

    [Fact]
    public void Several_fields_in_one_request_are_one_write()
    {
        using ShareUnderTest share = Make(recording: true);
        share.Share.Write("f", "0123456789");
        NodeId node = share.NodeOf("f");
        int before = share.Store.CountOf(StoreCalls.Put);
        FuseAttr attr = share.Setattr(node, new SetattrRequest
        {
            Uid = 42,
            Gid = 43,
            Mode = Oct(600),
            Size = 4,
            Atime = ShareUnderTest.At(7),
            Mtime = ShareUnderTest.At(8),
        });
        Assert.Equal(1, share.Store.CountOf(StoreCalls.Put) - before);
        AssertOwner(42, 43, attr);
        Assert.Equal((FileMode.S_IFREG | Oct(600), 4ul, 8L), (attr.Mode, attr.Size, ShareUnderTest.MtimeOf(attr)));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Ctime_advances_on_every_change_and_never_goes_back(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId node = share.Create("f");
        long last = ShareUnderTest.CtimeOf(share.Getattr(node));
        Func<FuseAttr>[] changes =
        [
            () => share.Chown(node, 42, null),
            () => share.Chmod(node, Oct(600)),
            () => share.Chmod(node, Oct(600)),
            () => share.Utimens(node, 1, 2),
            () => share.Chown(node, Libc.Geteuid(), null),
            () => share.Setattr(node, new SetattrRequest { Size = 3 }),
            () => share.Link(node, "g").Attr,
        ];
        foreach (Func<FuseAttr> change in changes)
        {
            long ctime = ShareUnderTest.CtimeOf(change());
            Assert.InRange(ctime, last, long.MaxValue);
            last = ctime;
        }

        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        Assert.InRange(ShareUnderTest.CtimeOf(share.Lookup("f").Attr), last, long.MaxValue);
    }

    [Fact]
    public void A_recorded_change_moves_ctime_although_the_share_saw_nothing()
    {
        using ShareUnderTest share = Make(recording: true);
        NodeId node = share.Create("f");
        long first = ShareUnderTest.CtimeOf(share.Chown(node, 42, null));
        long second = ShareUnderTest.CtimeOf(share.Chown(node, 42, null));
        Assert.True(second > first);
        Assert.True(first > share.Share.Stat("f").CtimeNs);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_symlinks_owner_is_not_its_targets(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        share.Share.Write("target", "");
        share.Share.Symlink("target", "link");
        share.Share.Symlink("nowhere", "dangling");
        AssertOwner(42, 43, share.Chown(share.NodeOf("link"), 42, 43));
        AssertOwner(44, 45, share.Chown(share.NodeOf("dangling"), 44, 45));
        AssertOwner(Libc.Geteuid(), Libc.Getegid(), share.Lookup("target").Attr);
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(42, 43, share.Lookup("link").Attr);
        AssertOwner(44, 45, share.Lookup("dangling").Attr);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_roots_owner_and_mode_are_kept(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        share.Chown(NodeId.Root, 42, 43);
        share.Chmod(NodeId.Root, Oct(2770));
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(42, 43, share.Getattr(NodeId.Root));
        Assert.Equal(FileMode.S_IFDIR | Oct(2770), share.Getattr(NodeId.Root).Mode);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void One_name_shows_at_once_what_was_set_through_the_other(bool recording)
    {
        using ShareUnderTest share = Make(recording);
        NodeId node = share.Create("a");
        share.Link(node, "b");
        share.Chown(share.NodeOf("a"), 42, 43);
        AssertOwner(42, 43, share.Lookup("b").Attr);
        share.Remount(recording ? ShareUnderTest.Recording : new PassthroughOptions());
        AssertOwner(42, 43, share.Lookup("b").Attr);
        Assert.Equal(share.NodeOf("a"), share.NodeOf("b"));
    }

    [Fact]
    public void Mount_options_show_where_nothing_is_recorded()
    {
        var options = new PassthroughOptions { Uid = 33, Gid = 34, FileMode = Oct(664), DirMode = Oct(775) };
        using var share = new ShareUnderTest(options);
        share.Share.Write("f", "");
        share.Share.MakeDirectory("d");
        share.Share.Symlink("f", "l");
        AssertOwner(33, 34, share.Lookup("f").Attr);
        Assert.Equal(FileMode.S_IFREG | Oct(664), share.Lookup("f").Attr.Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(775), share.Lookup("d").Attr.Mode);
        Assert.Equal(FileMode.S_IFLNK | Oct(777), share.Lookup("l").Attr.Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(775), share.Getattr(NodeId.Root).Mode);

        NodeId made = share.Create("made", Oct(600), ShareUnderTest.User(1000, 1001));
        AssertOwner(1000, 1001, share.Getattr(made));
        Assert.Equal(FileMode.S_IFREG | Oct(600), share.Getattr(made).Mode);
    }

    private static ShareUnderTest Make(bool recording) => new(recording ? ShareUnderTest.Recording : null);

    private static void AssertOwner(uint uid, uint gid, in FuseAttr attr) =>
        Assert.Equal((uid, gid), (attr.Uid, attr.Gid));
}
