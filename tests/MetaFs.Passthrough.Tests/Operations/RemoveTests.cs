using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class RemoveTests
{
    private static readonly RequestContext s_user = User(1000, 1001);
    private static readonly string[] s_names = ["a", "b"];

    [Fact]
    public void The_record_goes_with_the_last_name_and_not_before()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("a", context: s_user);
        share.Link(node, "b");
        share.Link(node, "c");
        ulong ino = share.Share.Stat("a").Ino;
        share.Unlink("a");
        Assert.Equal(1000u, share.RowOf(ino)!.Uid!.Value.Value);
        Assert.Equal(1000u, share.Getattr(node).Uid);
        share.Unlink("c");
        Assert.Equal(1000u, share.RowOf(ino)!.Uid!.Value.Value);
        Assert.Equal("b"u8.ToArray(), share.RowOf(ino)!.Hint.Name);
        share.Unlink("b");
        Assert.Null(share.RowOf(ino));
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("link")]
    [InlineData("directory")]
    public void Every_kind_of_inode_takes_its_record_along(string kind)
    {
        using var share = new ShareUnderTest(Recording);
        Errno errno = kind switch
        {
            "fifo" => share.Fs.Mknod(s_user, NodeId.Root, Names.Z("x"), FileMode.S_IFIFO | Oct(600), 0, 0, out _),
            "link" => share.Fs.Symlink(s_user, NodeId.Root, Names.Z("x"), Names.Z("nowhere"), out _),
            _ => share.Fs.Mkdir(s_user, NodeId.Root, Names.Z("x"), Oct(755), 0, out _),
        };
        Assert.Equal(Errno.OK, errno);
        Assert.NotNull(share.RowOf("x"));
        if (kind == "directory")
            share.Rmdir("x");
        else
            share.Unlink("x");
        Assert.Equal(default, share.Counts());
    }

    [Fact]
    public void A_directorys_place_goes_with_it()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d");
        share.Create("f", context: s_user, parent: directory);
        Assert.Equal(1, share.Counts().Directories);
        Assert.Equal(Errno.ENOTEMPTY, share.Fs.Rmdir(s_user, NodeId.Root, Names.Z("d")));
        Assert.NotNull(share.RowOf("d/f"));
        share.Unlink("f", directory);
        share.Rmdir("d");
        Assert.Equal(default, share.Counts());
    }

    [Fact]
    public void What_cannot_be_removed_keeps_its_record()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId file = share.Create("f", context: s_user);
        NodeId directory = share.Mkdir("d", context: s_user);
        share.Create("inner", context: s_user, parent: directory);
        Assert.Equal(Errno.ENOTDIR, share.Fs.Rmdir(s_user, NodeId.Root, Names.Z("f")));
        Assert.Equal(Errno.EISDIR, share.Fs.Unlink(s_user, NodeId.Root, Names.Z("d")));
        Assert.Equal(Errno.ENOTEMPTY, share.Fs.Rmdir(s_user, NodeId.Root, Names.Z("d")));
        Assert.Equal(Errno.ENOENT, share.Fs.Unlink(s_user, NodeId.Root, Names.Z("nothing")));
        Assert.Equal(Errno.ENOTDIR, share.Fs.Unlink(s_user, file, Names.Z("nothing")));
        Assert.Equal(3, share.Counts().Records);
        Assert.Equal((1000u, 1000u), (share.Getattr(file).Uid, share.Getattr(directory).Uid));
    }

    [Fact]
    public void A_file_that_no_node_is_known_of_takes_its_record_along_too()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("a", context: s_user);
        share.Create("b", context: s_user);
        share.Share.Link("b", "c");
        share.Remount(Recording);
        share.Unlink("a");
        share.Unlink("b");
        Assert.Equal(1, share.Counts().Records);
        Assert.Equal(1000u, share.Lookup("c").Attr.Uid);
    }

    [Fact]
    public void The_last_two_names_removed_at_once_leave_no_record()
    {
        using var share = new ShareUnderTest(Recording);
        using var start = new Barrier(3);
        const int rounds = 2000;
        var wrong = new Errno[2];
        Thread[] threads = [.. s_names.Select((name, i) => new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                start.SignalAndWait();
                Errno errno = share.Fs.Unlink(Daemon, NodeId.Root, Names.Z(name));
                if (errno != Errno.OK)
                    wrong[i] = errno;
                start.SignalAndWait();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        int left = 0;
        for (int round = 0; round < rounds; round++)
        {
            NodeId node = share.Create("a", context: s_user);
            share.Link(node, "b");
            ulong ino = share.Share.Stat("a").Ino;
            start.SignalAndWait();
            start.SignalAndWait();
            left += share.RowOf(ino) is null ? 0 : 1;
            share.Forget(node);
        }

        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(wrong, errno => Assert.Equal(Errno.OK, errno));
        Assert.Equal(0, left);
        Assert.Equal(default, share.Counts());
        Assert.Equal(1, share.Fs.LiveNodes);
    }
}
