using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>What other hosts do to the share between two requests.</summary>
public sealed class BehindOurBackTests : IDisposable
{
    private readonly ShareUnderTest _share = ShareUnderTest.WithFewDescriptors(Recording);
    private readonly BackingDirectory _outside = new();

    public BehindOurBackTests()
    {
        _outside.Write("secret", "secret");
        _outside.MakeDirectory("inner");
    }

    public static TheoryData<string> Swaps => ["link", "directory", "file", "nothing"];

    [Theory]
    [MemberData(nameof(Swaps))]
    public void A_swapped_directory_leads_nowhere(string swap)
    {
        _share.Share.MakeDirectory("d");
        NodeId directory = _share.NodeOf("d");
        _share.Share.Move("d", "away");
        Put(swap, "d");
        AssertLeadsNowhere(directory);
    }

    [Theory]
    [MemberData(nameof(Swaps))]
    public void A_directory_below_a_swapped_one_leads_nowhere(string swap)
    {
        _share.Share.MakeDirectory("d/inner");
        NodeId inner = _share.NodeOf("inner", _share.NodeOf("d"));
        _share.DropDescriptors();
        _share.Share.Move("d", "away");
        Put(swap, "d");
        AssertLeadsNowhere(inner);
    }

    [Theory]
    [MemberData(nameof(Swaps))]
    public void A_swapped_file_is_not_touched(string swap)
    {
        _share.Share.Write("f", "mine");
        NodeId file = _share.NodeOf("f");
        _share.Share.Move("f", "away");
        if (swap == "file")
            _share.Share.Link("away", "away2");
        Put(swap == "link" ? "link to file" : swap, "f");

        Assert.Equal(Errno.ESTALE, _share.TryGetattr(file));
        Assert.Equal(Errno.ESTALE, _share.TrySetattr(file, new SetattrRequest { Uid = 7 }));
        Assert.Equal(Errno.ESTALE, _share.TrySetattr(file, new SetattrRequest { Size = 0 }));
        Assert.Equal(Errno.ESTALE, Open(file, OpenFlags.O_RDONLY));
        Assert.Equal(Errno.ESTALE, Open(file, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC));
        Assert.Equal(Errno.ESTALE, _share.Fs.Getxattr(Daemon, file, Names.Z("user.x"), [], out _));
        Assert.Equal(Errno.ESTALE, _share.Fs.Setxattr(Daemon, file, Names.Z("user.x"), "v"u8, 0, false));
        Assert.Equal(Errno.ESTALE, _share.Fs.Link(Daemon, file, NodeId.Root, Names.Z("new"), out _));
        Assert.False(_share.Share.Exists("new"));
        Assert.Equal("mine", _share.Share.Read("away"));
        Assert.Equal("secret", _outside.Read("secret"));
        if (swap == "file")
            Assert.Equal("theirs", _share.Share.Read("f"));
        Assert.Equal(default, _share.Counts());
    }

    [Fact]
    public void A_fifo_in_a_files_place_is_not_waited_for()
    {
        _share.Share.Write("f", "");
        NodeId file = _share.NodeOf("f");
        _share.Share.Delete("f");
        Assert.Equal(Errno.OK, Libc.Mknodat(_share.Share.Fd, Names.Z("f"), FileMode.S_IFIFO | Oct(666), 0));
        Assert.Equal(Errno.ESTALE, Open(file, OpenFlags.O_RDONLY));
        Assert.NotEqual(Errno.OK, Open(file, OpenFlags.O_WRONLY));
        Assert.NotEqual(Errno.OK, _share.TrySetattr(file, new SetattrRequest { Size = 0 }));
    }

    [Fact]
    public void A_fifo_is_never_opened()
    {
        Assert.Equal(Errno.OK, Libc.Mknodat(_share.Share.Fd, Names.Z("p"), FileMode.S_IFIFO | Oct(666), 0));
        Assert.Equal(Errno.EOPNOTSUPP, Open(_share.NodeOf("p"), OpenFlags.O_RDONLY));
        Assert.Equal(7u, _share.Chown(_share.NodeOf("p"), 7, null).Uid);
    }

    [Fact]
    public void A_removed_name_is_stale_and_another_name_serves_on()
    {
        NodeId node = _share.Create("a", context: User(1000, 1000));
        _share.Link(node, "b");
        _share.Share.Delete("b");
        Assert.Equal(1000u, _share.Getattr(node).Uid);
        Assert.Equal(7u, _share.Chown(node, 7, null).Uid);
        _share.Share.Delete("a");
        Assert.Equal(Errno.ESTALE, _share.TryGetattr(node));
        Assert.Equal(Errno.ENOENT, _share.TryLookup("a"));
        _share.ForgetAll();
        Assert.Equal(1, _share.Fs.LiveNodes);
    }

    [Fact]
    public void A_removed_open_file_serves_on_through_its_handle()
    {
        (NodeId node, FileHandle handle) = _share.Open("f", context: User(1000, 1000));
        _share.Write(node, handle, 0, "data"u8);
        _share.Share.Delete("f");
        Assert.Equal((1000u, 4ul), (_share.Getattr(node).Uid, _share.Getattr(node).Size));
        Assert.Equal("data"u8.ToArray(), _share.Read(node, handle));
        _share.Release(node, handle);
        Assert.Equal(Errno.ESTALE, _share.TryGetattr(node));
    }

    [Fact]
    public void A_moved_file_takes_its_record_along()
    {
        _share.Share.MakeDirectory("d");
        NodeId node = _share.Create("f", context: User(1000, 1000));
        _share.Share.Move("f", "d/g");
        Assert.Equal(Errno.ESTALE, _share.TryGetattr(node));
        Assert.Equal(node, _share.NodeOf("g", _share.NodeOf("d")));
        Assert.Equal(1000u, _share.Getattr(node).Uid);
        _share.Remount(Recording);
        Assert.Equal(1000u, _share.Lookup("g", _share.NodeOf("d")).Attr.Uid);
    }

    [Fact]
    public void A_moved_directory_takes_everything_below_along()
    {
        NodeId directory = _share.Mkdir("d");
        NodeId file = _share.Create("f", context: User(1000, 1000), parent: directory);
        _share.DropDescriptors();
        _share.Share.Move("d", "e");
        Assert.Equal(Errno.ESTALE, _share.TryGetattr(file));
        Assert.Equal(directory, _share.NodeOf("e"));
        Assert.Equal(file, _share.NodeOf("f", directory));
        Assert.Equal(1000u, _share.Getattr(file).Uid);
    }

    [Fact]
    public void A_link_inside_the_share_is_never_followed()
    {
        _share.Share.Symlink(_outside.Path, "l");
        NodeId link = _share.NodeOf("l");
        AssertRefuses(Errno.ENOTDIR, link);
        Assert.NotEqual(Errno.OK, Open(link, OpenFlags.O_RDONLY));
    }

    public void Dispose()
    {
        _share.Dispose();
        _outside.Dispose();
    }

    private void AssertLeadsNowhere(NodeId directory) => AssertRefuses(Errno.ESTALE, directory);

    private void AssertRefuses(Errno expected, NodeId directory)
    {
        IFuseFileSystem fs = _share.Fs;
        CreateRequest request = new(OpenFlags.O_RDWR | OpenFlags.O_CREAT, FileMode.S_IFREG | Oct(600), 0, false);
        _share.Share.Write("here", "");
        Assert.Equal(expected, _share.TryLookup("secret", directory));
        Assert.Equal(expected, fs.Create(Daemon, directory, Names.Z("planted"), request, out _, out _));
        Assert.Equal(expected, fs.Mkdir(Daemon, directory, Names.Z("planted"), 0, 0, out _));
        Assert.Equal(expected, fs.Symlink(Daemon, directory, Names.Z("planted"), Names.Z("x"), out _));
        Assert.Equal(expected, fs.Mknod(Daemon, directory, Names.Z("planted"), FileMode.S_IFIFO, 0, 0, out _));
        Assert.Equal(expected, fs.Unlink(Daemon, directory, Names.Z("secret")));
        Assert.Equal(expected, fs.Rmdir(Daemon, directory, Names.Z("inner")));
        Assert.Equal(expected, fs.Rename(Daemon, directory, Names.Z("secret"), NodeId.Root, Names.Z("stolen"), 0));
        Assert.Equal(expected, fs.Rename(Daemon, NodeId.Root, Names.Z("here"), directory, Names.Z("planted"), 0));
        Assert.Equal(expected, fs.Link(Daemon, _share.NodeOf("here"), directory, Names.Z("planted"), out _));
        Assert.Equal(expected, fs.Opendir(Daemon, directory, default, out _));
        Assert.Equal(expected, fs.Tmpfile(Daemon, directory, request, out _, out _));
        Assert.Equal(
            ["inner", "secret"],
            Directory.EnumerateFileSystemEntries(_outside.Path).Select(Path.GetFileName).Order());
        Assert.Equal("secret", _outside.Read("secret"));
        Assert.False(_share.Share.Exists("stolen"));
        Assert.True(_share.Share.Exists("here"));
    }

    private Errno Open(NodeId node, OpenFlags flags) => _share.Fs.Open(Daemon, node, flags, false, out _);

    private void Put(string swap, string name)
    {
        switch (swap)
        {
            case "link":
                _share.Share.Symlink(_outside.Path, name);
                break;
            case "link to file":
                _share.Share.Symlink(_outside.At("secret"), name);
                break;
            case "directory":
                _share.Share.MakeDirectory(name + "/inner");
                break;
            case "file":
                _share.Share.Write(name, "theirs");
                break;
        }
    }
}
