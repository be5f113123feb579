using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class StaleTests
{
    private static readonly CreateRequest s_request = new(OpenFlags.O_RDWR, FileMode.S_IFREG, 0, false);

    private static readonly Dictionary<string, Func<IFuseFileSystem, NodeId, Errno>> s_byNode = new()
    {
        ["LOOKUP"] = (fs, node) => fs.Lookup(Daemon, node, Names.Z("x"), out _),
        ["GETATTR"] = (fs, node) => fs.Getattr(Daemon, node, null, out _),
        ["STATX"] = (fs, node) => fs.Statx(Daemon, node, null, 0, 0, out _),
        ["SETATTR"] = (fs, node) => fs.Setattr(Daemon, node, new SetattrRequest { Uid = 1 }, out _),
        ["SETATTR size"] = (fs, node) => fs.Setattr(Daemon, node, new SetattrRequest { Size = 1 }, out _),
        ["READLINK"] = (fs, node) => fs.Readlink(Daemon, node, new byte[9], out _),
        ["SYMLINK"] = (fs, node) => fs.Symlink(Daemon, node, Names.Z("x"), Names.Z("y"), out _),
        ["MKNOD"] = (fs, node) => fs.Mknod(Daemon, node, Names.Z("x"), FileMode.S_IFREG, 0, 0, out _),
        ["MKDIR"] = (fs, node) => fs.Mkdir(Daemon, node, Names.Z("x"), 0, 0, out _),
        ["UNLINK"] = (fs, node) => fs.Unlink(Daemon, node, Names.Z("x")),
        ["RMDIR"] = (fs, node) => fs.Rmdir(Daemon, node, Names.Z("x")),
        ["RENAME from"] = (fs, node) => fs.Rename(Daemon, node, Names.Z("x"), NodeId.Root, Names.Z("y"), 0),
        ["RENAME to"] = (fs, node) => fs.Rename(Daemon, NodeId.Root, Names.Z("x"), node, Names.Z("y"), 0),
        ["LINK"] = (fs, node) => fs.Link(Daemon, node, NodeId.Root, Names.Z("y"), out _),
        ["LINK to"] = (fs, node) => fs.Link(Daemon, NodeId.Root, node, Names.Z("y"), out _),
        ["OPEN"] = (fs, node) => fs.Open(Daemon, node, OpenFlags.O_RDONLY, false, out _),
        ["CREATE"] = (fs, node) => fs.Create(Daemon, node, Names.Z("x"), s_request, out _, out _),
        ["TMPFILE"] = (fs, node) => fs.Tmpfile(Daemon, node, s_request, out _, out _),
        ["OPENDIR"] = (fs, node) => fs.Opendir(Daemon, node, default, out _),
        ["ACCESS"] = (fs, node) => fs.Access(Daemon, node, 1),
        ["GETXATTR"] = (fs, node) => fs.Getxattr(Daemon, node, Names.Z("user.x"), [], out _),
        ["SETXATTR"] = (fs, node) => fs.Setxattr(Daemon, node, Names.Z("user.x"), [], 0, false),
        ["LISTXATTR"] = (fs, node) => fs.Listxattr(Daemon, node, [], out _),
        ["REMOVEXATTR"] = (fs, node) => fs.Removexattr(Daemon, node, Names.Z("user.x")),
    };

    private static readonly Dictionary<string, Func<IFuseFileSystem, FileHandle, Errno>> s_byHandle = new()
    {
        ["READ"] = (fs, handle) => fs.Read(Daemon, NodeId.Root, handle, 0, new byte[1], out _),
        ["WRITE"] = (fs, handle) => fs.Write(Daemon, NodeId.Root, handle, new WriteRequest(0), "x"u8, out _),
        ["FLUSH"] = (fs, handle) => fs.Flush(Daemon, NodeId.Root, handle, 0),
        ["RELEASE"] = (fs, handle) => fs.Release(Daemon, NodeId.Root, handle),
        ["FSYNC"] = (fs, handle) => fs.Fsync(Daemon, NodeId.Root, handle, false),
        ["FALLOCATE"] = (fs, handle) => fs.Fallocate(Daemon, NodeId.Root, handle, 0, 1, 0),
        ["LSEEK"] = (fs, handle) => fs.Lseek(Daemon, NodeId.Root, handle, 0, 3, out _),
        ["COPY_FILE_RANGE"] = (fs, handle) =>
            fs.CopyFileRange(Daemon, NodeId.Root, handle, 0, NodeId.Root, handle, 0, 1, out _),
        ["READDIR"] = (fs, handle) =>
        {
            var buffer = new DirectoryBuffer(new byte[100]);
            return fs.Readdir(Daemon, NodeId.Root, handle, 0, ref buffer);
        },
        ["READDIRPLUS"] = (fs, handle) =>
        {
            var buffer = new DirectoryBuffer(new byte[400]);
            return fs.Readdirplus(Daemon, NodeId.Root, handle, 0, ref buffer);
        },
        ["RELEASEDIR"] = (fs, handle) => fs.Releasedir(Daemon, NodeId.Root, handle),
        ["FSYNCDIR"] = (fs, handle) => fs.Fsyncdir(Daemon, NodeId.Root, handle, false),
    };

    public static TheoryData<string> ByNode => new(s_byNode.Keys);

    public static TheoryData<string> ByHandle => new(s_byHandle.Keys);

    [Theory]
    [MemberData(nameof(ByNode))]
    public void A_node_that_nobody_was_given_is_stale(string operation)
    {
        using var share = new ShareUnderTest();
        share.Share.Write("x", "");
        NodeId forgotten = share.Mkdir("forgotten");
        share.ForgetAll();
        foreach (ulong id in (ulong[])[0, forgotten.Value, 77, 1u << 20, 1ul << 32, ulong.MaxValue])
            Assert.Equal((id, Errno.ESTALE), (id, s_byNode[operation](share.Fs, new NodeId(id))));
        Assert.True(share.Share.Exists("x"));
        Assert.False(share.Share.Exists("y"));
        Assert.Equal((1, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
    }

    [Theory]
    [MemberData(nameof(ByHandle))]
    public void A_handle_that_nobody_was_given_is_no_handle(string operation)
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle closed) = share.Open("f");
        share.Release(node, closed);
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out var directory));
        Assert.Equal(closed.Value, directory.Fh);
        Assert.Equal(Errno.OK, share.Fs.Releasedir(Daemon, NodeId.Root, new FileHandle(directory.Fh)));
        foreach (ulong number in (ulong[])[closed.Value, 63, 64, 1000, 1ul << 32, ulong.MaxValue])
            Assert.Equal((number, Errno.EBADF), (number, s_byHandle[operation](share.Fs, new FileHandle(number))));
    }

    [Fact]
    public void A_file_handle_is_no_directory_handle_and_the_other_way_round()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle file) = share.Open("f");
        var buffer = new DirectoryBuffer(new byte[100]);
        Assert.Equal(Errno.EBADF, share.Fs.Readdir(Daemon, NodeId.Root, file, 0, ref buffer));
        Assert.Equal(Errno.EBADF, share.Fs.Releasedir(Daemon, NodeId.Root, file));
        share.Release(node, file);
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out var directory));
        Assert.Equal(
            Errno.EBADF, share.Fs.Read(Daemon, NodeId.Root, new FileHandle(directory.Fh), 0, new byte[1], out _));
    }

    [Fact]
    public void An_attribute_request_with_a_handle_of_another_file_goes_by_the_node()
    {
        using var share = new ShareUnderTest();
        (NodeId _, FileHandle other) = share.Open("other");
        NodeId node = share.Create("f");
        share.Setattr(node, new SetattrRequest { Mode = 0x180, Handle = other });
        Assert.Equal(FileMode.S_IFREG | 0x180, share.Lookup("f").Attr.Mode);
        Assert.NotEqual(FileMode.S_IFREG | 0x180, share.Lookup("other").Attr.Mode);
        Assert.Equal(share.Lookup("f").Attr.Ino, share.Getattr(node, other).Ino);
        Assert.Equal(share.Lookup("f").Attr.Ino, share.Getattr(node, new FileHandle(9999)).Ino);
    }

    [Fact]
    public void A_directory_is_not_opened_as_a_file_nor_a_file_as_a_directory()
    {
        using var share = new ShareUnderTest();
        NodeId file = share.Create("f");
        Assert.Equal(Errno.ENOTDIR, share.Fs.Opendir(Daemon, file, default, out _));
        Assert.Equal(Errno.ENOTDIR, share.TryLookup("x", file));
        Assert.NotEqual(Errno.OK, share.Fs.Open(Daemon, NodeId.Root, OpenFlags.O_RDONLY, false, out _));
        Assert.Equal(0, share.Fs.OpenHandles);
    }
}
