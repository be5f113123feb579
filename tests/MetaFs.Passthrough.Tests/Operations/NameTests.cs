using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class NameTests
{
    private static readonly RequestContext s_user = User(1000, 1001);
    private static readonly CreateRequest s_request =
        new(OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, FileMode.S_IFREG | 0x180, 0, false);

    /// <summary>Names as Latin-1: each character is a byte.</summary>
    public static TheoryData<string> All =>
    [
        "\u00ff", "\u00ff\u00fe\u0080", "\u00c3", "new\nline", " ", "-rf", "...", ".metafs", "a\\b", "a:b", "*?\"<>|",
        new string('x', 255), new string('\u00ff', 255), "\u0001",
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void A_name_is_bytes_in_every_operation(string text)
    {
        byte[] name = Encoding.Latin1.GetBytes(text);
        byte[] other = [.. name.AsSpan(0, Math.Min(name.Length, 250)), 0xFE];
        using var share = new ShareUnderTest(Recording);
        Errno errno = share.Fs.Create(
            s_user, NodeId.Root, Names.Z(name), s_request, out FuseEntryOut entry, out FuseOpenOut open);
        Assert.Equal(Errno.OK, errno);
        var node = new NodeId(share.Counted(entry).Nodeid);
        share.Release(node, new FileHandle(open.Fh));
        Assert.Equal(Errno.OK, share.Share.TryStat(name, out Statx stat));
        Assert.Equal(name, share.RowOf(stat.Ino)!.Hint.Name);
        Assert.Equal(node.Value, share.Lookup(name).Nodeid);
        Assert.Equal(7u, share.Chown(node, 7, null).Uid);
        Assert.Contains(text, Listing.Names(share, NodeId.Root));
        Assert.Contains(text, share.HintPaths());

        Assert.Equal(Errno.OK, share.Fs.Link(s_user, node, NodeId.Root, Names.Z(other), out FuseEntryOut linked));
        Assert.Equal(node.Value, share.Counted(linked).Nodeid);
        Assert.Equal(Errno.OK, share.Fs.Unlink(s_user, NodeId.Root, Names.Z(name)));
        Assert.Equal(other, share.RowOf(stat.Ino)!.Hint.Name);
        Assert.Equal(Errno.OK, share.Fs.Rename(s_user, NodeId.Root, Names.Z(other), NodeId.Root, Names.Z(name), 0));
        Assert.Equal(name, share.RowOf(stat.Ino)!.Hint.Name);
        share.Remount(Recording);
        Assert.Equal(7u, share.Lookup(name).Attr.Uid);
        Assert.Equal(Errno.OK, share.Fs.Unlink(s_user, NodeId.Root, Names.Z(name)));
        Assert.Equal(0, share.Counts().Records);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused_everywhere()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        byte[] name = [.. Enumerable.Repeat((byte)'x', 256)];
        Assert.Equal(Errno.ENAMETOOLONG, share.Fs.Create(s_user, NodeId.Root, Names.Z(name), s_request, out _, out _));
        Assert.Equal(Errno.ENAMETOOLONG, share.Fs.Mkdir(s_user, NodeId.Root, Names.Z(name), 0, 0, out _));
        Assert.Equal(Errno.ENAMETOOLONG, share.Fs.Lookup(s_user, NodeId.Root, Names.Z(name), out _));
        Assert.Equal(Errno.ENAMETOOLONG, share.Fs.Unlink(s_user, NodeId.Root, Names.Z(name)));
        Assert.Equal(Errno.ENAMETOOLONG, share.Fs.Link(s_user, node, NodeId.Root, Names.Z(name), out _));
        Assert.Equal(
            Errno.ENAMETOOLONG, share.Fs.Rename(s_user, NodeId.Root, Names.Z("f"), NodeId.Root, Names.Z(name), 0));
        Assert.Equal(node, share.NodeOf("f"));
    }

    [Fact]
    public void A_path_of_a_thousand_directories_is_reached_step_by_step_and_reaped()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId current = NodeId.Root;
        string name = new('d', 200);
        for (int depth = 0; depth < 1000; depth++)
            current = share.Mkdir(name, context: s_user, parent: current);
        NodeId file = share.Create("f", context: s_user, parent: current);
        Assert.Equal(1000u, share.Getattr(file).Uid);
        Assert.Equal(7u, share.Chown(file, 7, null).Uid);
        share.Unlink("f", current);
        Assert.Equal(1000, share.Counts().Records);
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void Missing_names_are_remembered_only_if_asked_for()
    {
        using var share = new ShareUnderTest();
        Assert.Equal(Errno.ENOENT, share.Fs.Lookup(s_user, NodeId.Root, Names.Z("missing"), out _));
        share.Remount(new PassthroughOptions { NegativeTimeout = TimeSpan.FromMilliseconds(2500) });
        Assert.Equal(Errno.OK, share.Fs.Lookup(s_user, NodeId.Root, Names.Z("missing"), out FuseEntryOut entry));
        Assert.Equal((0ul, 2ul, 500_000_000u), (entry.Nodeid, entry.EntryValid, entry.EntryValidNsec));
    }
}
