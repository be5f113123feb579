using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class OpenUnlinkedTests
{
    private static readonly RequestContext s_user = User(1000, 1001);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_open_file_without_a_name_keeps_all_it_has(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Write(node, handle, 0, "data"u8);
        share.Utimens(node, 5, 6);
        ulong ino = share.Share.Stat("f").Ino;
        share.Unlink("f");
        Assert.Null(share.RowOf(ino));

        foreach (FuseAttr attr in (FuseAttr[])[share.Getattr(node), share.Getattr(node, handle)])
        {
            Assert.Equal((1000u, 1001u, FileMode.S_IFREG | Oct(640)), (attr.Uid, attr.Gid, attr.Mode));
            Assert.Equal((5, 6), (AtimeOf(attr), MtimeOf(attr)));
            Assert.Equal((0u, 4ul), (attr.Nlink, attr.Size));
        }

        Assert.Equal("data"u8.ToArray(), share.Read(node, handle));
        share.Release(node, handle);
        Assert.Equal((1000u, FileMode.S_IFREG | Oct(640), 4ul), Shown(share.Getattr(node)));
        share.ForgetAll();
        Assert.Equal((1, 0), (share.Fs.LiveNodes, share.Fs.OpenHandles));
        Assert.Equal(Errno.ESTALE, share.TryGetattr(node));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changes_of_a_file_without_a_name_are_kept_in_memory_alone(bool throughHandle)
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Unlink("f");
        FileHandle? through = throughHandle ? handle : null;
        share.Setattr(node, new SetattrRequest { Uid = 7, Handle = through });
        share.Setattr(node, new SetattrRequest { Mode = Oct(600), Handle = through });
        FuseAttr attr = share.Setattr(node, new SetattrRequest { Mtime = At(8), Atime = At(9), Handle = through });
        Assert.Equal((7u, 1001u, FileMode.S_IFREG | Oct(600)), (attr.Uid, attr.Gid, attr.Mode));
        Assert.Equal((9, 8), (AtimeOf(attr), MtimeOf(attr)));
        Assert.Equal(default, share.Counts());

        share.Write(node, handle, 0, "later"u8);
        Assert.NotEqual(8, MtimeOf(share.Getattr(node)));
        Assert.Equal(7u, share.Getattr(node).Uid);
        Assert.Equal(3ul, share.Setattr(node, new SetattrRequest { Size = 3, Handle = handle }).Size);
        Assert.Equal(default, share.Counts());
    }

    [Fact]
    public void A_file_that_is_held_without_a_handle_keeps_its_values()
    {
        // An O_PATH descriptor, as the kernel shows it: a lookup, no open.
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f", Oct(640), s_user);
        share.Unlink("f");
        Assert.Equal((1000u, FileMode.S_IFREG | Oct(640), 0ul), Shown(share.Getattr(node)));
        Assert.Equal(0u, share.Getattr(node).Nlink);
        Assert.Equal(7u, share.Chown(node, 7, null).Uid);
        Assert.Equal(FileMode.S_IFREG | Oct(600), share.Chmod(node, Oct(600)).Mode);
        Assert.Equal((7u, FileMode.S_IFREG | Oct(600), 0ul), Shown(share.Getattr(node)));
        Assert.Equal(default, share.Counts());
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void A_removed_working_directory_is_there_and_empty()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d", Oct(750), s_user);
        share.Create("f", parent: directory);
        share.Unlink("f", directory);
        share.Rmdir("d");
        Assert.Equal(
            (1000u, FileMode.S_IFDIR | Oct(750)), (share.Getattr(directory).Uid, share.Getattr(directory).Mode));
        Assert.Equal(0u, share.Getattr(directory).Nlink);
        Assert.Equal(7u, share.Chown(directory, 7, null).Uid);

        Assert.Equal(Errno.ENOENT, share.TryLookup("f", directory));
        Assert.Equal(Errno.ENOENT, share.TryCreate("f", null, null, directory, out _, out _));
        Assert.Equal(Errno.ENOENT, share.Fs.Mkdir(Daemon, directory, Names.Z("x"), Oct(755), 0, out _));
        Assert.Equal(Errno.ENOENT, share.Fs.Unlink(Daemon, directory, Names.Z("x")));
        Assert.Equal(default, share.Counts());
        share.ForgetAll();
        Assert.Equal(1, share.Fs.LiveNodes);
    }

    [Fact]
    public void A_write_past_the_daemon_voids_the_recorded_times_of_a_file_without_a_name()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", Oct(640), s_user);
        share.Utimens(node, 5, 6);
        using FileStream passedThrough = File.OpenWrite(Path.Combine(share.Share.Path, "f"));
        share.Unlink("f");
        Assert.Equal((5, 6), (AtimeOf(share.Getattr(node)), MtimeOf(share.Getattr(node))));
        passedThrough.Write("data"u8);
        passedThrough.Flush();
        Assert.NotEqual(6, MtimeOf(share.Getattr(node)));
        Assert.NotEqual(6, MtimeOf(share.Getattr(node, handle)));
    }

    [Fact]
    public void The_removal_of_a_directory_moves_its_ctime()
    {
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("d");
        share.Chmod(directory, Oct(700));
        long before = Libc.RealtimeNanoseconds();
        share.Rmdir("d");
        Assert.InRange(CtimeOf(share.Getattr(directory)), before, Libc.RealtimeNanoseconds());
    }

    [Fact]
    public void A_new_file_of_the_name_is_not_the_open_one()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId old, FileHandle handle) = share.Open("f", Oct(600), s_user);
        share.Write(old, handle, 0, "old"u8);
        share.Unlink("f");
        NodeId young = share.Create("f", Oct(644));
        Assert.NotEqual(old, young);
        share.Chown(old, 7, null);
        Assert.Equal(Libc.Geteuid(), share.Lookup("f").Attr.Uid);
        Assert.Equal("old"u8.ToArray(), share.Read(old, handle));
        Assert.Equal(0ul, share.Getattr(young).Size);
    }

    [Fact]
    public void A_second_open_of_a_file_without_a_name_reads_the_same_data()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "data"u8);
        share.Unlink("f");
        FileHandle second = share.Reopen(node, OpenFlags.O_RDONLY);
        share.Release(node, handle);
        Assert.Equal("data"u8.ToArray(), share.Read(node, second));
        share.Release(node, second);
        Assert.Equal(Errno.ESTALE, share.Fs.Open(Daemon, node, OpenFlags.O_RDONLY, false, out _));
    }

    private static (uint Uid, uint Mode, ulong Size) Shown(in FuseAttr attr) => (attr.Uid, attr.Mode, attr.Size);
}
