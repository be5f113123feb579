using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class RenameTests
{
    private static readonly RequestContext s_one = User(1001, 1001);
    private static readonly RequestContext s_two = User(1002, 1002);
    private static readonly (string From, string To)[] s_directions = [("a", "b"), ("b", "a")];

    [Fact]
    public void The_record_goes_where_the_file_goes()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("a", context: s_one);
        NodeId directory = share.Mkdir("d");
        share.Rename(NodeId.Root, "a", directory, "b");
        Assert.Equal(node, share.NodeOf("b", directory));
        Assert.Equal(1001u, share.Getattr(node).Uid);
        Assert.Equal(Errno.ENOENT, share.TryLookup("a"));
        share.Remount(Recording);
        Assert.Equal(1001u, share.Lookup("b", share.NodeOf("d")).Attr.Uid);
    }

    [Fact]
    public void What_is_renamed_over_takes_its_record_along()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId one = share.Create("a", context: s_one);
        NodeId two = share.Create("b", context: s_two);
        ulong replaced = share.Share.Stat("b").Ino;
        share.Rename("a", "b");
        Assert.Equal(1001u, share.Lookup("b").Attr.Uid);
        Assert.Equal(one, share.NodeOf("b"));
        Assert.Null(share.RowOf(replaced));
        Assert.Equal(1, share.Counts().Records);

        // What still holds the old file holds its owner.
        Assert.Equal((1002u, 0u), (share.Getattr(two).Uid, share.Getattr(two).Nlink));
    }

    [Fact]
    public void What_is_renamed_over_and_has_another_name_keeps_its_record()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_one);
        NodeId two = share.Create("b", context: s_two);
        share.Link(two, "c");
        share.Rename("a", "b");
        Assert.Equal(1001u, share.Lookup("b").Attr.Uid);
        Assert.Equal(1002u, share.Lookup("c").Attr.Uid);
        Assert.Equal(two, share.NodeOf("c"));
        share.Remount(Recording);
        Assert.Equal(1002u, share.Lookup("c").Attr.Uid);
    }

    [Fact]
    public void Two_names_of_one_inode_renamed_over_each_other_both_stay()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("a", context: s_one);
        share.Link(node, "b");
        share.Rename("a", "b");
        Assert.True(share.Share.Exists("a") && share.Share.Exists("b"));
        Assert.Equal((node, node), (share.NodeOf("a"), share.NodeOf("b")));
        Assert.Equal(1001u, share.RowOf("a")!.Uid!.Value.Value);
        share.Unlink("a");
        Assert.Equal(1001u, share.Lookup("b").Attr.Uid);
        share.Unlink("b");
        Assert.Equal(0, share.Counts().Records);
    }

    [Fact]
    public void A_name_renamed_over_its_own_inode_is_not_forgotten()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("a", context: s_one);
        share.Link(node, "b");
        share.Rename("a", "b");
        share.Share.Delete("b");
        Assert.Equal(1001u, share.Getattr(node).Uid);
    }

    [Fact]
    public void An_exchange_exchanges_records()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId one = share.Create("a", context: s_one);
        NodeId two = share.Mkdir("b", context: s_two);
        share.Create("inner", context: s_one, parent: two);
        share.Rename("a", "b", RenameFlags.RENAME_EXCHANGE);
        Assert.Equal((two, one), (share.NodeOf("a"), share.NodeOf("b")));
        Assert.Equal((1002u, 1001u), (share.Getattr(two).Uid, share.Getattr(one).Uid));
        Assert.Equal(["a", "a/inner", "b"], share.HintPaths());
        share.Remount(Recording);
        Assert.Equal((1002u, 1001u), (share.Lookup("a").Attr.Uid, share.Lookup("b").Attr.Uid));
    }

    [Fact]
    public void A_refused_rename_changes_nothing()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId one = share.Create("a", context: s_one);
        NodeId two = share.Create("b", context: s_two);
        NodeId full = share.Mkdir("full", context: s_two);
        share.Create("inner", context: s_two, parent: full);
        share.Mkdir("d", context: s_one);
        Assert.Equal(Errno.EEXIST, Rename(share, "a", "b", RenameFlags.RENAME_NOREPLACE));
        Assert.Equal(Errno.ENOTEMPTY, Rename(share, "d", "full", 0));
        Assert.Equal(Errno.EISDIR, Rename(share, "a", "full", 0));
        Assert.Equal(Errno.ENOTDIR, Rename(share, "full", "a", 0));
        Assert.Equal(Errno.ENOENT, Rename(share, "nothing", "a", 0));
        Assert.Equal(Errno.ENOENT, Rename(share, "a", "nothing", RenameFlags.RENAME_EXCHANGE));
        Assert.Equal(Errno.EINVAL, share.Fs.Rename(Daemon, NodeId.Root, Names.Z("full"), full, Names.Z("x"), 0));
        Assert.Equal(5, share.Counts().Records);
        Assert.Equal((one, two), (share.NodeOf("a"), share.NodeOf("b")));
        Assert.Equal((1001u, 1002u, 1002u), (share.Getattr(one).Uid, share.Getattr(two).Uid, share.Getattr(full).Uid));
    }

    [Fact]
    public void A_directory_replaces_an_empty_one()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId one = share.Mkdir("a", context: s_one);
        NodeId two = share.Mkdir("b", context: s_two);
        NodeId inner = share.Create("inner", context: s_one, parent: one);
        share.Rename("a", "b");
        Assert.Equal(one, share.NodeOf("b"));
        Assert.Equal(inner, share.NodeOf("inner", one));
        Assert.Equal(Errno.OK, share.TryGetattr(inner));
        Assert.Equal(0u, share.Getattr(two).Nlink);
        Assert.Equal(Errno.ENOENT, share.TryLookup("inner", two));
        Assert.Equal(["b", "b/inner"], share.HintPaths());
    }

    [Fact]
    public void Hints_follow_renames_of_directories_above()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId outer = share.Mkdir("outer");
        NodeId inner = share.Mkdir("inner", parent: outer);
        share.Create("f", context: s_one, parent: inner);
        share.Create("g", context: s_one, parent: inner);
        NodeId sibling = share.Mkdir("outer0");
        share.Create("h", context: s_one, parent: sibling);
        Assert.Equal(["outer/inner/f", "outer/inner/g", "outer0/h"], share.HintPaths());
        share.Rename("outer", "moved");
        Assert.Equal(["moved/inner/f", "moved/inner/g", "outer0/h"], share.HintPaths());
        share.Rename(outer, "inner", sibling, "deeper");
        Assert.Equal(["outer0/deeper/f", "outer0/deeper/g", "outer0/h"], share.HintPaths());
        share.Rename(inner, "f", NodeId.Root, "f2");
        Assert.Equal(["f2", "outer0/deeper/g", "outer0/h"], share.HintPaths());
    }

    [Fact]
    public void A_hint_follows_a_name_that_is_removed()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("first", context: s_one);
        NodeId directory = share.Mkdir("d");
        share.Link(node, "second", directory);
        share.Unlink("first");
        Assert.Equal(["d/second"], share.HintPaths());
    }

    [Fact]
    public void An_open_file_that_is_renamed_over_keeps_its_values_and_data()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId old, FileHandle handle) = share.Open("status", context: s_two);
        share.Write(old, handle, 0, "old"u8);
        share.Create("status-new", context: s_one);
        share.Rename("status-new", "status");

        FuseAttr attr = share.Setattr(old, new SetattrRequest { Uid = 7, Mode = 0x180, Handle = handle });
        Assert.Equal((7u, 0u), (attr.Uid, attr.Nlink));
        Assert.Equal((7u, 1002u), (share.Getattr(old, handle).Uid, share.Getattr(old).Gid));
        Assert.Equal("old"u8.ToArray(), share.Read(old, handle));
        Assert.Equal(1001u, share.Lookup("status").Attr.Uid);
        Assert.Equal(1, share.Counts().Records);
        share.Release(old, handle);
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void A_rename_over_a_file_whose_other_name_is_gone_waits_for_nothing()
    {
        using var share = new ShareUnderTest(Recording);
        share.Link(share.Create("f", context: s_one), "g");
        share.Create("h", context: s_two);
        share.Share.Delete("g");
        Exception? waited = null;
        var renaming = new Thread(() =>
        {
            // The first wait from here on is interrupted.
            Thread.CurrentThread.Interrupt();
            waited = Record.Exception(() => share.Rename("h", "f"));
        });
        renaming.Start();
        renaming.Join();
        Assert.Null(waited);
        Assert.Equal(1002u, share.Lookup("f").Attr.Uid);
    }

    [Fact]
    public void Renames_in_both_directions_at_once_come_to_an_end()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_one);
        share.Create("b", context: s_two);
        Thread[] threads = [.. s_directions.Select(pair => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
                Rename(share, pair.From, pair.To, RenameFlags.RENAME_EXCHANGE);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "deadlock"));
        uint[] owners = [share.Lookup("a").Attr.Uid, share.Lookup("b").Attr.Uid];
        Assert.Equal([1001u, 1002u], owners.Order());
    }

    private static Errno Rename(ShareUnderTest share, string from, string to, RenameFlags flags) =>
        share.Fs.Rename(Daemon, NodeId.Root, Names.Z(from), NodeId.Root, Names.Z(to), flags);
}
