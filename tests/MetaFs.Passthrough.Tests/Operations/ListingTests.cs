using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class ListingTests
{
    private static readonly RequestContext s_user = User(1000, 1001);

    [Theory]
    [InlineData(false, 40)]
    [InlineData(false, 64)]
    [InlineData(false, 4096)]
    [InlineData(false, 1 << 20)]
    [InlineData(true, 168)]
    [InlineData(true, 500)]
    [InlineData(true, 4096)]
    [InlineData(true, 1 << 20)]
    public void Every_name_comes_once_in_pieces_of_any_size(bool plus, int room)
    {
        using var share = new ShareUnderTest();
        string[] names = [.. Enumerable.Range(0, 150).Select(i => $"f{i:d3}")];
        foreach (string name in names)
            share.Share.Write(name, "");
        List<Listing.Entry> entries = Listing.Read(share, NodeId.Root, plus, room);
        Assert.Equal([".", "..", .. names], entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (Listing.Entry entry in entries.Where(entry => entry.Name[0] == 'f'))
        {
            Assert.Equal(share.Share.Stat(entry.Name).Ino, entry.Ino);
            Assert.Equal(FileMode.S_IFREG >> 12, entry.Type);
        }

        share.ForgetAll();
        Assert.Equal((1, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
    }

    [Fact]
    public void Attributes_in_a_listing_are_the_effective_ones()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("file", 0x1A0, s_user);
        share.Mkdir("directory", 0x1E8, s_user);
        share.Share.Write("plain", "12345");
        share.Utimens(share.NodeOf("file"), -5, 6);
        Dictionary<string, Listing.Entry> entries = Listing.Plus(share, NodeId.Root).ToDictionary(entry => entry.Name);

        AssertAsLookedUp(share, entries["file"]);
        AssertAsLookedUp(share, entries["directory"]);
        AssertAsLookedUp(share, entries["plain"]);
        Assert.Equal((1000u, 1001u, FileMode.S_IFREG | 0x1A0), Shown(entries["file"]));
        Assert.Equal((1000u, 1001u, FileMode.S_IFDIR | 0x1E8), Shown(entries["directory"]));
        Assert.Equal((-5, 6), (AtimeOf(entries["file"].Out.Attr), MtimeOf(entries["file"].Out.Attr)));
        Assert.Equal((0ul, 0ul), (entries["."].Out.Nodeid, entries[".."].Out.Nodeid));
    }

    [Fact]
    public void Who_looks_at_no_file_of_a_directory_gets_those_of_the_next_by_name_alone()
    {
        using var share = new ShareUnderTest();
        foreach (string name in (string[])["a", "b", "c", "d", "few"])
        {
            share.Share.MakeDirectory(name + "/below");
            for (int i = 0; i < (name == "few" ? 3 : 20); i++)
                share.Share.Write($"{name}/f{i}", "");
        }

        Assert.Equal((19, 1), ShownIn("a", 1)); // one of many is held back
        Assert.Equal((0, 1), ShownIn("b", 1));
        Assert.Equal((0, 1), ShownIn("few", 1));
        Assert.Equal((19, 1), ShownIn("a", 2)); // another thread
        Assert.Equal((0, 1), ShownIn("c", 1));
        share.Lookup("f7", share.NodeOf("c"));
        Assert.Equal((19, 1), ShownIn("d", 1));
        Assert.Equal((3, 1), ShownIn("few", 3));
        Assert.Equal((19, 1), ShownIn("a", 3)); // of few none was held back, so nothing is known
        Assert.Equal((19, 1), ShownIn("a", 0));
        Assert.Equal((19, 1), ShownIn("a", 0)); // who cannot be told apart

        (int Files, int Directories) ShownIn(string name, uint thread)
        {
            List<Listing.Entry> entries = Listing.Plus(share, share.NodeOf(name), thread: thread);
            Assert.All(entries, entry => Assert.NotEqual(0ul, entry.Ino));
            Assert.All(entries, entry => Assert.Equal(entry.Name[0] == 'f' ? 8u : 4u, entry.Type));
            return (entries.Count(entry => entry.Name[0] == 'f' && entry.Out.Nodeid != 0),
                entries.Count(entry => entry.Name == "below" && entry.Out.Nodeid != 0));
        }
    }

    [Fact]
    public void The_kernel_keeps_listings_of_who_wants_names_alone()
    {
        using var share = new ShareUnderTest();
        foreach (string name in (string[])["first", "plain", "full", "full/below", "young"])
        {
            share.Share.MakeDirectory(name);
            for (int i = 0; i < 20; i++)
                share.Share.Write($"{name}/f{i}", "");
        }

        Thread.Sleep(2100); // as long as a change may have left no trace
        share.Share.Write("young/f", "");
        FuseOpenOutFlags kept = share.Fs.IsByName ? default : FuseOpenOutFlags.FOPEN_CACHE_DIR;
        Assert.Equal(default, Opened("first", 1));
        Assert.Equal(kept, Opened("plain", 1));
        Assert.Equal(kept == default ? default : kept | FuseOpenOutFlags.FOPEN_KEEP_CACHE, Opened("plain", 1));
        Assert.Equal(default, Opened("plain", 2)); // another thread may want attributes
        Assert.Equal(default, Opened("full", 1)); // attributes of subdirectories come with their listing
        Assert.Equal(default, Opened("young", 1));
        Assert.Equal(kept, Opened("first", 1));
        share.Lookup("f7", share.NodeOf("first"));
        Assert.Equal(default, Opened("plain", 1));

        FuseOpenOutFlags Opened(string name, uint thread)
        {
            NodeId node = share.NodeOf(name);
            RequestContext context = Daemon with { Pid = thread };
            Assert.Equal(Errno.OK, share.Fs.Opendir(context, node, default, out FuseOpenOut open));
            var handle = new FileHandle(open.Fh);
            if (!open.OpenFlags.HasFlag(FuseOpenOutFlags.FOPEN_KEEP_CACHE))
                Assert.NotEmpty(Listing.Piece(share, node, handle, 0, plus: true, room: 8192, thread));
            Assert.Equal(Errno.OK, share.Fs.Releasedir(context, node, handle));
            return open.OpenFlags;
        }
    }

    [Fact]
    public void Who_looks_at_files_of_a_listing_that_was_kept_gets_attributes_again()
    {
        using var share = new ShareUnderTest();
        foreach (string name in (string[])["a", "b", "c"])
        {
            share.Share.MakeDirectory(name);
            for (int i = 0; i < 20; i++)
                share.Share.Write($"{name}/f{i}", "");
        }

        Thread.Sleep(2100);
        for (int i = 0; i < 2; i++)
            Assert.NotEmpty(Listing.Plus(share, share.NodeOf(i == 0 ? "a" : "b")));
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, share.NodeOf("b"), default, out FuseOpenOut open));
        Assert.Equal(!share.Fs.IsByName, open.OpenFlags.HasFlag(FuseOpenOutFlags.FOPEN_KEEP_CACHE));
        if (!open.OpenFlags.HasFlag(FuseOpenOutFlags.FOPEN_KEEP_CACHE))
            Assert.NotEmpty(Listing.Piece(share, share.NodeOf("b"), new FileHandle(open.Fh), 0, plus: true, room: 8192));
        share.Lookup("f7", share.NodeOf("b"));
        Assert.Equal(19, Listing.Plus(share, share.NodeOf("c")).Count(entry => entry.Out.Nodeid != 0));
    }

    [Fact]
    public void A_lookup_is_counted_only_for_what_was_packed()
    {
        using var share = new ShareUnderTest();
        for (int i = 0; i < 50; i++)
            share.Share.Write($"f{i}", "");
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out FuseOpenOut open));
        var handle = new FileHandle(open.Fh);
        Assert.Empty(Listing.Piece(share, NodeId.Root, handle, 0, plus: true, room: 150));
        Assert.Equal(1, share.Fs.LiveNodes);
        List<Listing.Entry> piece = Listing.Piece(share, NodeId.Root, handle, 0, plus: true, room: 2000);
        Assert.Equal(piece.Count(entry => entry.Out.Nodeid != 0) + 1, share.Fs.LiveNodes);
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void Reading_on_from_an_offset_continues_there()
    {
        using var share = new ShareUnderTest();
        for (int i = 0; i < 50; i++)
            share.Share.Write($"f{i}", "");
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out FuseOpenOut open));
        var handle = new FileHandle(open.Fh);
        List<Listing.Entry> all = Listing.Piece(share, NodeId.Root, handle, 0, plus: false, room: 8192);
        Assert.Equal(52, all.Count);
        for (int i = 0; i < 50; i += 11)
        {
            List<Listing.Entry> rest =
                Listing.Piece(share, NodeId.Root, handle, all[i].Off, plus: i % 2 == 0, room: 64 * 1024);
            Assert.Equal(all.Skip(i + 1).Select(entry => entry.Name), rest.Select(entry => entry.Name));
        }

        Assert.Equal(all, Listing.Piece(share, NodeId.Root, handle, 0, plus: false, room: 8192));
    }

    [Fact]
    public void What_goes_while_it_is_listed_is_named_or_left_out_but_never_an_error()
    {
        using var share = new ShareUnderTest();
        for (int i = 0; i < 20; i++)
            share.Share.Write($"f{i}", "");
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out FuseOpenOut open));
        var handle = new FileHandle(open.Fh);
        List<Listing.Entry> first = Listing.Piece(share, NodeId.Root, handle, 0, plus: true, room: 700);
        for (int i = 0; i < 20; i++)
            share.Share.Delete($"f{i}");
        List<Listing.Entry> rest = Listing.Piece(share, NodeId.Root, handle, first[^1].Off, plus: true, room: 8192);
        Assert.All(rest, entry => Assert.Equal(0ul, entry.Out.Nodeid));
    }

    [Fact]
    public void A_removed_directory_lists_as_empty()
    {
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("d");
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, directory, default, out FuseOpenOut open));
        share.Rmdir("d");
        Assert.Empty(Listing.Piece(share, directory, new FileHandle(open.Fh), 0, plus: false, room: 4096));
        Assert.Equal(Errno.OK, share.Fs.Releasedir(Daemon, directory, new FileHandle(open.Fh)));
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void Types_of_all_kinds_are_named()
    {
        using var share = new ShareUnderTest();
        share.Mkdir("directory");
        share.Share.Symlink("x", "link");
        Assert.Equal(
            Errno.OK, share.Fs.Mknod(Daemon, NodeId.Root, Names.Z("fifo"), FileMode.S_IFIFO | 0x180, 0, 0, out _));
        var types = Listing.Read(share, NodeId.Root, plus: false, 4096).ToDictionary(e => e.Name, e => e.Type);
        Assert.Equal((4u, 10u, 1u, 4u), (types["directory"], types["link"], types["fifo"], types["."]));
    }

    [Fact]
    public void Attributes_and_names_may_be_kept_as_long_as_the_options_say()
    {
        using var share = new ShareUnderTest(new PassthroughOptions
        {
            EntryTimeout = TimeSpan.FromMilliseconds(1500),
            AttrTimeout = TimeSpan.FromSeconds(60),
        });
        share.Share.Write("f", "");
        FuseEntryOut entry = Listing.Plus(share, NodeId.Root).Single(e => e.Name == "f").Out;
        Assert.Equal(
            (1ul, 500_000_000u, 60ul, 0u),
            (entry.EntryValid, entry.EntryValidNsec, entry.AttrValid, entry.AttrValidNsec));
    }

    private static void AssertAsLookedUp(ShareUnderTest share, Listing.Entry entry)
    {
        FuseEntryOut looked = share.Lookup(entry.Name);
        Assert.Equal((looked.Nodeid, looked.Generation), (entry.Out.Nodeid, entry.Out.Generation));
        Assert.Equal(looked.Attr, entry.Out.Attr);
    }

    private static (uint Uid, uint Gid, uint Mode) Shown(Listing.Entry entry) =>
        (entry.Out.Attr.Uid, entry.Out.Attr.Gid, entry.Out.Attr.Mode);
}
