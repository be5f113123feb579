using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Open files that lose their names, on a share that would keep one for them.</summary>
public sealed class HiddenFileTests
{
    private static readonly PassthroughOptions s_hiding = Recording with { Unlinked = UnlinkedFiles.Hide };
    private static readonly RequestContext s_user = User(1000, 1001);

    [Fact]
    public void An_open_file_that_is_removed_waits_out_of_sight_for_its_last_close()
    {
        using var share = new ShareUnderTest(s_hiding);
        NodeId directory = share.Mkdir("d");
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user, directory);
        FileHandle second = share.Reopen(node, OpenFlags.O_RDONLY);
        share.Write(node, handle, 0, "data"u8);
        ulong ino = share.Share.Stat("d/f").Ino;
        share.Unlink("f", directory);

        Assert.Empty(Directory.GetFileSystemEntries(share.Share.At("d")));
        Assert.Equal(ino, Assert.Single(Hidden(share)).Ino);
        Assert.Equal(Oct(700), share.Share.Stat(HiddenName(share)).Mode & Oct(777));
        share.Rmdir("d");
        Assert.Null(share.RowOf(ino));
        foreach (FuseAttr attr in (FuseAttr[])[share.Getattr(node), share.Getattr(node, handle)])
            Assert.Equal((1000u, 1001u, 0u, 4ul), (attr.Uid, attr.Gid, attr.Nlink, attr.Size));
        share.Chown(node, 7, null);
        share.Write(node, handle, 4, "more"u8);
        share.Release(node, handle);
        Assert.Single(Hidden(share));
        Assert.Equal("datamore"u8.ToArray(), share.Read(node, second));
        Assert.Equal(7u, share.Getattr(node).Uid);
        share.Release(node, second);
        Assert.Empty(Hidden(share));
        Assert.Null(share.RowOf(ino));
        share.ForgetAll();
        Assert.Equal((1, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
    }

    [Fact]
    public void A_file_that_is_hidden_can_be_opened_again()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "data"u8);
        share.Unlink("f");
        FileHandle second = share.Reopen(node, OpenFlags.O_RDWR);
        share.Release(node, handle);
        share.Write(node, second, 0, "DATA"u8);
        Assert.Equal("DATA"u8.ToArray(), share.Read(node, second));
        share.Release(node, second);
        Assert.Empty(Hidden(share));
        Assert.Equal(Errno.ESTALE, share.Fs.Open(Daemon, node, OpenFlags.O_RDONLY, false, out _));
    }

    [Fact]
    public void Nothing_is_made_for_a_file_that_is_not_open()
    {
        using var share = new ShareUnderTest(s_hiding);
        share.Create("f");
        share.Unlink("f");
        share.Create("a");
        share.Create("b");
        share.Rename("a", "b");
        share.Unlink("b");
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
    }

    [Theory]
    [InlineData(UnlinkedFiles.Auto)]
    [InlineData(UnlinkedFiles.Leave)]
    public void Where_the_share_is_a_posix_one_nothing_is_hidden(UnlinkedFiles unlinked)
    {
        using var share = new ShareUnderTest(new PassthroughOptions { Unlinked = unlinked });
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Unlink("f");
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
        share.Release(node, handle);
    }

    [Fact]
    public void An_open_file_can_be_replaced()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId old, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Write(old, handle, 0, "old"u8);
        (NodeId young, FileHandle source) = share.Open("new");
        share.Write(young, source, 0, "new"u8);
        share.Chown(young, 8, 9);
        share.Rename("new", "f");

        Assert.Equal((young.Value, 8u), (share.Lookup("f").Nodeid, share.Lookup("f").Attr.Uid));
        Assert.Equal(Errno.ENOENT, share.TryLookup("new"));
        Assert.Equal("new", share.Share.Read("f"));
        Assert.Equal("old"u8.ToArray(), share.Read(old, handle));
        Assert.Equal((1000u, 0u), (share.Getattr(old).Uid, share.Getattr(old).Nlink));
        Assert.Empty(Assert.Single(Replacements(share)).Path);
        share.Release(old, handle);
        Assert.Empty(Replacements(share));
        share.Release(young, source);
        Assert.Empty(Hidden(share));
        Assert.Equal("new", share.Share.Read("f"));
    }

    [Fact]
    public void A_rename_that_fails_leaves_the_open_file_its_name()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Write(node, handle, 0, "old"u8);
        share.Create("new");
        share.Store.BeforeReplacement = () => share.Share.Delete("new");
        Assert.Equal(Errno.ENOENT, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("new"), NodeId.Root, Names.Z("f"), 0));

        Assert.Equal("old", share.Share.Read("f"));
        Assert.Equal((node.Value, 1000u, 1u), (share.Lookup("f").Nodeid, share.Getattr(node).Uid, share.Getattr(node).Nlink));
        Assert.Empty(Replacements(share));
        share.Release(node, handle);
        Assert.Equal("old", share.Share.Read("f"));
        Assert.NotNull(share.RowOf("f"));
    }

    [Fact]
    public void A_replacement_that_cannot_be_noted_is_the_shares_own()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Create("new");
        share.Store.Fail(StoreCalls.Replacement, OverlayStatus.Full);
        share.Rename("new", "f");
        Assert.Empty(Hidden(share));
        Assert.Equal(0u, share.Getattr(node).Nlink);
        share.Release(node, handle);
    }

    [Theory]
    [InlineData("f", "other")]
    [InlineData("other", "f")]
    public void A_file_with_another_name_loses_one_and_then_the_other(string first, string second)
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Link(node, "other");
        share.Unlink(first);
        Assert.Equal([second], Visible(share));
        Assert.Equal((1u, 1u), (share.Getattr(node).Nlink, share.Lookup(second).Attr.Nlink));
        Assert.NotNull(share.RowOf(second));
        FileHandle again = share.Reopen(node, OpenFlags.O_RDONLY);
        share.Unlink(second);
        Assert.Empty(Visible(share));
        Assert.Equal((0u, 2), (share.Getattr(node).Nlink, Hidden(share).Length));
        share.Release(node, handle);
        share.Release(node, again);
        Assert.Empty(Hidden(share));
    }

    [Fact]
    public void A_name_that_stays_keeps_the_record_when_the_hidden_one_goes()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Link(node, "other");
        share.Unlink("f");
        share.Release(node, handle);
        Assert.Empty(Hidden(share));
        Assert.Equal((1u, 1000u), (share.Lookup("other").Attr.Nlink, share.Lookup("other").Attr.Uid));
        Assert.NotNull(share.RowOf("other"));
    }

    [Fact]
    public void The_directory_is_nowhere_in_the_mount()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Unlink("f");
        string name = HiddenName(share);
        Assert.Equal([".", ".."], Listing.Names(share, NodeId.Root).Order());
        Assert.Equal([".", ".."], Listing.Plus(share, NodeId.Root).Select(entry => entry.Name).Order());
        Assert.Equal(Errno.ENOENT, share.TryLookup(name));
        Assert.Equal(Errno.ENOENT, share.Fs.Rmdir(Daemon, NodeId.Root, Names.Z(name)));
        Assert.Equal(Errno.ENOENT, share.Fs.Unlink(Daemon, NodeId.Root, Names.Z(name)));
        Assert.Equal(Errno.EPERM, share.Fs.Mkdir(Daemon, NodeId.Root, Names.Z(name), Oct(755), 0, out _));
        Assert.Equal(Errno.EPERM, share.TryCreate(name));
        Assert.Equal(Errno.EPERM, share.Fs.Symlink(Daemon, NodeId.Root, Names.Z(name), Names.Z("x"), out _));
        NodeId other = share.Create("other");
        Assert.Equal(Errno.EPERM, share.Fs.Link(Daemon, other, NodeId.Root, Names.Z(name), out _));
        Assert.Equal(Errno.EPERM, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("other"), NodeId.Root, Names.Z(name), 0));
        Assert.Equal(Errno.ENOENT, share.Fs.Rename(Daemon, NodeId.Root, Names.Z(name), NodeId.Root, Names.Z("x"), 0));

        // Elsewhere the name is like any other.
        NodeId directory = share.Mkdir("d");
        share.Mkdir(name, parent: directory);
        Assert.Contains(name, Listing.Names(share, directory));
        share.Release(node, handle);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_roots_times_and_links_do_not_tell(bool recorded)
    {
        using var share = new ShareUnderTest(recorded ? s_hiding : new PassthroughOptions { Unlinked = UnlinkedFiles.Hide });
        NodeId directory = share.Mkdir("d");
        (NodeId node, FileHandle handle) = share.Open("f", parent: directory);
        if (recorded)
            share.Utimens(NodeId.Root, 5, 6);
        FuseAttr before = share.Getattr(NodeId.Root);
        share.Unlink("f", directory);
        Assert.NotEmpty(HiddenName(share));
        FuseAttr after = share.Getattr(NodeId.Root);
        Assert.Equal((MtimeOf(before), before.Nlink), (MtimeOf(after), after.Nlink));
        share.Release(node, handle);
        share.Remount(s_hiding);
        Assert.Equal(["d"], Directory.GetFileSystemEntries(share.Share.Path).Select(Path.GetFileName));
        after = share.Getattr(NodeId.Root);
        Assert.Equal((MtimeOf(before), before.Nlink), (MtimeOf(after), after.Nlink));
        if (recorded)
            Assert.Equal(5, AtimeOf(after));
    }

    [Fact]
    public void Where_the_directory_cannot_be_made_the_file_is_removed_in_the_shares_way()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Store.Fail(StoreCalls.Hidden, OverlayStatus.ReadOnly);
        share.Unlink("f");
        Assert.Empty(Directory.GetFileSystemEntries(share.Share.Path));
        Assert.Equal(0u, share.Getattr(node).Nlink);
        Assert.Contains(share.Log.Lines, line => line.Contains("until its last close", StringComparison.Ordinal));
        share.Release(node, handle);
    }

    [Fact]
    public void A_directory_that_somebody_has_removed_is_made_again()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId first, FileHandle handle) = share.Open("first");
        share.Unlink("first");
        Directory.Delete(share.Share.At(HiddenName(share)), recursive: true);
        (NodeId second, FileHandle other) = share.Open("second");
        share.Unlink("second");
        Assert.Empty(Visible(share));
        (NodeId third, FileHandle last) = share.Open("third");
        share.Unlink("third");
        Assert.Single(Hidden(share));
        share.Release(first, handle);
        share.Release(second, other);
        share.Release(third, last);
        Assert.Empty(Hidden(share));
    }

    [Fact]
    public void A_file_that_took_the_directorys_name_is_left_alone()
    {
        using var share = new ShareUnderTest(s_hiding);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Unlink("f");
        string name = HiddenName(share);
        share.Release(node, handle);
        share.Remount(s_hiding);
        share.Share.Symlink("/", name);
        share.Remount(s_hiding);
        (node, handle) = share.Open("f");
        share.Unlink("f");
        Assert.Empty(Visible(share));
        Assert.Equal("/", new FileInfo(share.Share.At(name)).LinkTarget);
        share.Release(node, handle);
    }

    private static string HiddenName(ShareUnderTest share) => Assert.Single(share.Store.Volumes()).HiddenDirectory ?? "";

    private static Statx[] Hidden(ShareUnderTest share)
    {
        string name = HiddenName(share);
        if (name.Length == 0 || !share.Share.Exists(name))
            return [];
        return
        [
            .. Directory.GetFileSystemEntries(share.Share.At(name))
                .Select(path => share.Share.Stat($"{name}/{Path.GetFileName(path)}")),
        ];
    }

    private static string[] Visible(ShareUnderTest share) =>
    [
        .. Directory.GetFileSystemEntries(share.Share.Path).Select(path => Path.GetFileName(path)!)
            .Where(name => name != HiddenName(share)),
    ];

    private static IReadOnlyList<PendingReplacement> Replacements(ShareUnderTest share) =>
        share.Store.PendingReplacements(Assert.Single(share.Store.Volumes()).Id);
}
