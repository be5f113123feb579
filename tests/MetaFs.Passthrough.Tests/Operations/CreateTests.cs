using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class CreateTests
{
    private static readonly RequestContext s_user = ShareUnderTest.User(1000, 1001);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_made_is_its_makers_in_the_very_reply(bool recording)
    {
        using var share = new ShareUnderTest(recording ? ShareUnderTest.Recording : null);
        Assert.Equal(
            Errno.OK, share.TryCreate("file", Oct(640), s_user, null, out FuseEntryOut file, out _));
        Assert.Equal(Errno.OK, Mkdir(share, "directory", Oct(750), 0, out FuseEntryOut directory));
        Assert.Equal(Errno.OK, Mknod(share, "fifo", FileMode.S_IFIFO | Oct(600), out FuseEntryOut fifo));
        Assert.Equal(Errno.OK, Mknod(share, "socket", FileMode.S_IFSOCK | Oct(755), out FuseEntryOut socket));
        Assert.Equal(Errno.OK, Mknod(share, "node", FileMode.S_IFREG | Oct(604), out FuseEntryOut node));
        Errno errno = share.Fs.Symlink(s_user, NodeId.Root, Names.Z("link"), Names.Z("target"), out FuseEntryOut link);
        Assert.Equal(Errno.OK, errno);

        AssertMade(FileMode.S_IFREG | Oct(640), file);
        AssertMade(FileMode.S_IFDIR | Oct(750), directory);
        AssertMade(FileMode.S_IFIFO | Oct(600), fifo);
        AssertMade(FileMode.S_IFSOCK | Oct(755), socket);
        AssertMade(FileMode.S_IFREG | Oct(604), node);
        AssertMade(FileMode.S_IFLNK | Oct(777), link);
        foreach (string name in (string[])["file", "directory", "fifo", "socket", "node", "link"])
            AssertMade(share.Lookup(name).Attr.Mode, share.Lookup(name));
    }

    [Fact]
    public void A_share_that_keeps_nothing_has_it_recorded()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        share.Create("f", Oct(604), s_user);
        InodeRecord row = share.RowOf("f")!;
        Assert.Equal(new IdValue(1000, new Reason(ReasonKind.Created)), row.Uid);
        Assert.Equal(new IdValue(1001, new Reason(ReasonKind.Created)), row.Gid);
        Assert.Equal("f"u8.ToArray(), row.Hint.Name);
        Assert.Equal(share.Share.Stat(".").Ino, row.Hint.Parent);
        Assert.Equal(Libc.Geteuid(), share.Share.Stat("f").Uid);

        share.Remount(ShareUnderTest.Recording);
        AssertMade(FileMode.S_IFREG | Oct(604), share.Lookup("f"));
    }

    [RootFact(Capabilities.CAP_CHOWN)]
    public void A_share_that_keeps_everything_needs_no_row()
    {
        using var share = new ShareUnderTest();
        share.Create("f", Oct(4750), s_user);
        share.Mkdir("d", Oct(2750), s_user);
        Assert.Equal(default, share.Counts());
        Statx file = share.Share.Stat("f");
        Assert.Equal((1000u, 1001u, FileMode.S_IFREG | Oct(4750)), (file.Uid, file.Gid, file.Mode));
    }

    [Theory]
    [InlineData(666, 22, 644)]
    [InlineData(666, 77, 600)]
    [InlineData(777, 27, 750)]
    [InlineData(0, 0, 0)]
    [InlineData(444, 777, 0)]
    public void The_callers_umask_is_taken_off(int mode, int umask, int left)
    {
        using var share = new ShareUnderTest();
        var request =
            new CreateRequest(OpenFlags.O_WRONLY | OpenFlags.O_CREAT, FileMode.S_IFREG | Oct(mode), Oct(umask), false);
        Assert.Equal(
            Errno.OK, share.Fs.Create(s_user, NodeId.Root, Names.Z("f"), request, out FuseEntryOut file, out _));
        Assert.Equal(Errno.OK, Mkdir(share, "d", Oct(mode), Oct(umask), out FuseEntryOut directory));
        Assert.Equal(FileMode.S_IFREG | Oct(left), file.Attr.Mode);
        Assert.Equal(FileMode.S_IFDIR | Oct(left), directory.Attr.Mode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_setgid_directory_gives_its_effective_group_and_its_bit_to_directories(bool recording)
    {
        using var share = new ShareUnderTest(recording ? ShareUnderTest.Recording : null);
        NodeId directory = share.Mkdir("d");
        share.Chown(directory, null, 4242);
        share.Chmod(directory, Oct(2775));
        NodeId file = share.Create("f", Oct(644), s_user, directory);
        NodeId inner = share.Mkdir("inner", Oct(755), s_user, directory);
        Assert.Equal((1000u, 4242u, FileMode.S_IFREG | Oct(644)), OwnerAndMode(share.Getattr(file)));
        Assert.Equal((1000u, 4242u, FileMode.S_IFDIR | Oct(2755)), OwnerAndMode(share.Getattr(inner)));
    }

    [Fact]
    public void Suid_never_lends_the_daemons_identity()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        NodeId file = share.Create("f", Oct(6755), s_user);
        Assert.Equal(Oct(6755), share.Getattr(file).Mode & Oct(7777));
        Assert.Equal(0u, share.Share.Stat("f").Mode & Oct(6000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(444)]
    public void A_file_made_without_write_permission_is_written_by_who_made_it(int mode)
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f", Oct(mode), s_user);
        share.Write(node, handle, 0, "object"u8);
        Assert.Equal(FileMode.S_IFREG | Oct(mode), share.Getattr(node).Mode);
        Assert.Equal("object"u8.ToArray(), share.Read(node, handle));
        share.Release(node, handle);
        share.Chmod(node, Oct(600));
        Assert.Equal(FileMode.S_IFREG | Oct(600), share.Getattr(node).Mode);
    }

    [Fact]
    public void A_name_that_exists_is_refused_and_left_alone()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        NodeId node = share.Create("f", Oct(640), s_user);
        Assert.Equal(Errno.EEXIST, share.TryCreate("f"));
        Assert.Equal(Errno.EEXIST, Mkdir(share, "f", Oct(755), 0, out _));
        Assert.Equal(Errno.EEXIST, Mknod(share, "f", FileMode.S_IFIFO, out _));
        Assert.Equal(Errno.EEXIST, share.Fs.Symlink(s_user, NodeId.Root, Names.Z("f"), Names.Z("t"), out _));
        Assert.Equal((1000u, 1001u, FileMode.S_IFREG | Oct(640)), OwnerAndMode(share.Getattr(node)));
        Assert.True(share.Share.Exists("f"));
    }

    [Fact]
    public void Create_without_exclusive_opens_what_another_host_made_meanwhile()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "theirs");
        var request = new CreateRequest(OpenFlags.O_RDWR | OpenFlags.O_CREAT, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno =
            share.Fs.Create(s_user, NodeId.Root, Names.Z("f"), request, out FuseEntryOut entry, out FuseOpenOut open);
        Assert.Equal(Errno.OK, errno);
        Assert.Equal(Libc.Geteuid(), share.Counted(entry).Attr.Uid);
        Assert.Equal("theirs"u8.ToArray(), share.Read(new NodeId(entry.Nodeid), new FileHandle(open.Fh)));
        Assert.Equal("theirs", share.Share.Read("f"));
    }

    [RootFact(Capabilities.CAP_MKNOD)]
    public void A_device_keeps_type_and_number_when_it_changes_hands()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        uint rdev = DeviceNumber.Encode(259, 300);
        Errno errno = share.Fs.Mknod(
            s_user, NodeId.Root, Names.Z("dev"), FileMode.S_IFBLK | Oct(660), rdev, 0, out FuseEntryOut entry);
        Assert.Equal(Errno.OK, errno);
        AssertMade(FileMode.S_IFBLK | Oct(660), entry);
        Assert.Equal(rdev, share.Counted(entry).Attr.Rdev);
        FuseAttr attr = share.Chown(new NodeId(entry.Nodeid), 7, 8);
        Assert.Equal((7u, 8u, FileMode.S_IFBLK | Oct(660)), OwnerAndMode(attr));
        Assert.Equal(rdev, attr.Rdev);
    }

    [Fact]
    public void A_symlink_reads_as_it_was_made()
    {
        using var share = new ShareUnderTest();
        byte[] target = [.. "../"u8, 0xFF, .. Enumerable.Repeat((byte)'x', 3000)];
        Errno errno = share.Fs.Symlink(s_user, NodeId.Root, Names.Z("l"), Names.Z(target), out FuseEntryOut entry);
        Assert.Equal(Errno.OK, errno);
        byte[] buffer = new byte[4096];
        errno = share.Fs.Readlink(s_user, new NodeId(share.Counted(entry).Nodeid), buffer, out int length);
        Assert.Equal(Errno.OK, errno);
        Assert.Equal(target, buffer[..length]);
        Assert.Equal((ulong)target.Length, entry.Attr.Size);
    }

    [Fact]
    public void A_file_without_a_name_has_no_row_until_it_is_linked()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno = share.Fs.Tmpfile(s_user, NodeId.Root, request, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.EOPNOTSUPP)
            return; // the temporary directory's file system has no O_TMPFILE

        Assert.Equal(Errno.OK, errno);
        AssertMade(FileMode.S_IFREG | Oct(600), share.Counted(entry));
        Assert.Equal(0u, entry.Attr.Nlink);
        (var node, var handle) = (new NodeId(entry.Nodeid), new FileHandle(open.Fh));
        share.Chown(node, 7, null);
        share.Write(node, handle, 0, "data"u8);
        Assert.Equal(default, share.Counts());

        FuseEntryOut linked = share.Link(node, "f");
        Assert.Equal(node.Value, linked.Nodeid);
        Assert.Equal((7u, 1001u, FileMode.S_IFREG | Oct(600)), OwnerAndMode(linked.Attr));
        Assert.Equal(7u, share.RowOf("f")!.Uid!.Value.Value);
        share.Release(node, handle);
        Assert.Equal(node, share.NodeOf("f"));
        Assert.Equal("data", share.Share.Read("f"));
    }

    [Fact]
    public void A_file_without_a_name_leaves_nothing()
    {
        using var share = new ShareUnderTest(ShareUnderTest.Recording);
        var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Oct(600), 0, false);
        Errno errno = share.Fs.Tmpfile(s_user, NodeId.Root, request, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.EOPNOTSUPP)
            return;
        Assert.Equal(Errno.OK, errno);
        share.Counted(entry);
        share.Release(new NodeId(entry.Nodeid), new FileHandle(open.Fh));
        share.ForgetAll();
        Assert.Equal((1, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
        Assert.Equal(default, share.Counts());
    }

    [Fact]
    public void A_default_acl_takes_the_umasks_place()
    {
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("d");

        // struct posix_acl_xattr: version 2, then tag, permissions, id of u::rwx, g::r-x, o::---.
        byte[] acl = [2, 0, 0, 0, 1, 0, 7, 0, .. All, 4, 0, 5, 0, .. All, 0x20, 0, 0, 0, .. All];
        Errno errno = share.Fs.Setxattr(
            ShareUnderTest.Daemon, directory, Names.Z("system.posix_acl_default"), acl, 0, false);
        if (errno == Errno.EOPNOTSUPP)
            return; // the temporary directory's file system has no ACLs

        Assert.Equal(Errno.OK, errno);
        var request =
            new CreateRequest(OpenFlags.O_WRONLY | OpenFlags.O_CREAT, FileMode.S_IFREG | Oct(666), Oct(77), false);
        Assert.Equal(
            Errno.OK,
            share.Fs.Create(ShareUnderTest.Daemon, directory, Names.Z("f"), request, out FuseEntryOut entry, out _));
        Assert.Equal(FileMode.S_IFREG | Oct(640), entry.Attr.Mode);
    }

    private static byte[] All => [0xFF, 0xFF, 0xFF, 0xFF];

    private static Errno Mkdir(ShareUnderTest share, string name, uint mode, uint umask, out FuseEntryOut entry) =>
        share.Fs.Mkdir(s_user, NodeId.Root, Names.Z(name), mode, umask, out entry);

    private static Errno Mknod(ShareUnderTest share, string name, uint mode, out FuseEntryOut entry) =>
        share.Fs.Mknod(s_user, NodeId.Root, Names.Z(name), mode, 0, 0, out entry);

    private static void AssertMade(uint mode, in FuseEntryOut entry) =>
        Assert.Equal((1000u, 1001u, mode), OwnerAndMode(entry.Attr));

    private static (uint Uid, uint Gid, uint Mode) OwnerAndMode(in FuseAttr attr) => (attr.Uid, attr.Gid, attr.Mode);
}
