using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class DataTests
{
    private const uint SeekData = 3;
    private const uint SeekHole = 4;
    private const int FallocKeepSize = 1;
    private const int FallocPunchHole = 2;

    [Fact]
    public void What_is_written_is_read_and_stands_on_the_share()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        byte[] data = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 31))];
        share.Write(node, handle, 0, data);
        share.Write(node, handle, 5, "hello"u8);
        "hello"u8.CopyTo(data.AsSpan(5));
        Assert.Equal(data, share.Read(node, handle, 2 << 20));
        Assert.Equal(data[1000..1010], share.Read(node, handle, 10, 1000));
        Assert.Empty(share.Read(node, handle, 10, 1 << 20));
        Assert.Empty(share.Read(node, handle, 10, 1ul << 40));
        Assert.Equal((ulong)data.Length, share.Getattr(node).Size);
        Assert.Equal(data, File.ReadAllBytes(share.Share.At("f")));
    }

    [Fact]
    public void A_write_beyond_the_end_leaves_a_hole_that_seek_finds()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 1 << 20, "end"u8);
        Assert.Equal(new byte[10], share.Read(node, handle, 10));
        Assert.Equal(Errno.OK, share.Fs.Lseek(Daemon, node, handle, 0, SeekData, out ulong data));
        Assert.Equal(Errno.OK, share.Fs.Lseek(Daemon, node, handle, data, SeekHole, out ulong hole));
        Assert.True(data <= 1 << 20, "data starts too late");
        Assert.InRange(hole, (1ul << 20) + 3, 2ul << 20);
        Assert.Equal(Errno.ENXIO, share.Fs.Lseek(Daemon, node, handle, 1ul << 40, SeekData, out _));
    }

    [Fact]
    public void An_appending_handle_writes_at_the_end_wherever_the_kernel_thinks_it_is()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "one");
        NodeId node = share.NodeOf("f");
        FileHandle handle = share.Reopen(node, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
        share.Share.Write("f", "one two");
        var append = new WriteRequest(3, Appends: true);
        Assert.Equal(Errno.OK, share.Fs.Write(Daemon, node, handle, append, " three"u8, out int written));
        Assert.Equal(6, written);
        Assert.Equal("one two three", share.Share.Read("f"));

        // A page of a mapping made through it has a place, and so has what is written after fcntl(F_SETFL).
        share.Write(node, handle, 4, "TWO"u8);
        Assert.Equal("one TWO three", share.Share.Read("f"));
    }

    [Fact]
    public void Reading_with_O_NOATIME_leaves_the_access_time()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "text");
        share.Share.SetAtime("f", 1_000_000_000_000_000_000);
        NodeId node = share.NodeOf("f");
        FileHandle handle = share.Reopen(node, OpenFlags.O_RDONLY | OpenFlags.O_NOATIME);
        Assert.Equal("text"u8.ToArray(), share.Read(node, handle));
        Assert.Equal(1_000_000_000_000_000_000, share.Share.Stat("f").AtimeNs);
    }

    [Fact]
    public void A_handle_can_do_what_it_was_opened_for()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        NodeId node = share.NodeOf("f");
        FileHandle read = share.Reopen(node, OpenFlags.O_RDONLY);
        FileHandle write = share.Reopen(node, OpenFlags.O_WRONLY);
        Assert.Equal(Errno.EBADF, share.Fs.Write(Daemon, node, read, new WriteRequest(0), "x"u8, out _));
        Assert.Equal(Errno.EBADF, share.Fs.Read(Daemon, node, write, 0, new byte[1], out _));
        Assert.Equal(Errno.OK, share.TrySetattr(node, new SetattrRequest { Size = 2, Handle = read }));
        Assert.Equal("da", share.Share.Read("f"));
        share.Release(node, read);
        share.Release(node, write);
        Assert.Equal(0, share.Fs.OpenHandles);
    }

    [Fact]
    public void Opening_truncates_when_it_is_told_to_and_creates_nothing()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        NodeId node = share.NodeOf("f");
        share.Release(node, share.Reopen(node, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL));
        Assert.Equal("data", share.Share.Read("f"));
        share.Release(node, share.Reopen(node, OpenFlags.O_RDWR | OpenFlags.O_TRUNC));
        Assert.Equal("", share.Share.Read("f"));
    }

    [Fact]
    public void Direct_and_noatime_opens_are_served_without_either()
    {
        using var share = new ShareUnderTest();
        share.Share.Write("f", "data");
        NodeId node = share.NodeOf("f");
        FileHandle handle = share.Reopen(node, OpenFlags.O_RDWR | OpenFlags.O_DIRECT | OpenFlags.O_NOATIME);
        share.Write(node, handle, 1, "A"u8);
        Assert.Equal("dAta"u8.ToArray(), share.Read(node, handle));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(2ul)]
    [InlineData(4ul)]
    [InlineData(10_000ul)]
    public void A_length_is_set_by_node_and_by_handle(ulong size)
    {
        using var share = new ShareUnderTest();
        foreach (bool throughHandle in (bool[])[false, true])
        {
            share.Share.Write("f", "data");
            NodeId node = share.NodeOf("f");
            FileHandle handle = share.Reopen(node, OpenFlags.O_RDWR);
            FuseAttr attr =
                share.Setattr(node, new SetattrRequest { Size = size, Handle = throughHandle ? handle : null });
            Assert.Equal((size, size), (attr.Size, share.Share.Stat("f").Size));
            share.Release(node, handle);
        }
    }

    [Fact]
    public void Space_is_allocated_and_given_back()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, new byte[1 << 16]);
        Assert.Equal(Errno.OK, share.Fs.Fallocate(Daemon, node, handle, 0, 1 << 20, FallocKeepSize));
        Assert.Equal(1ul << 16, share.Getattr(node).Size);
        Assert.Equal(Errno.OK, share.Fs.Fallocate(Daemon, node, handle, 0, 1 << 20, 0));
        Assert.Equal(1ul << 20, share.Getattr(node).Size);
        Assert.True(share.Getattr(node).Blocks >= (1 << 20) / 512);
        Errno errno = share.Fs.Fallocate(Daemon, node, handle, 0, 1 << 20, FallocPunchHole | FallocKeepSize);
        Assert.Equal(Errno.OK, errno);
        Assert.True(share.Getattr(node).Blocks < (1 << 20) / 512);
        Assert.Equal(Errno.EINVAL, share.Fs.Fallocate(Daemon, node, handle, 0, 0, 0));
    }

    [Fact]
    public void A_range_is_copied_between_two_files()
    {
        using var share = new ShareUnderTest();
        (NodeId source, FileHandle from) = share.Open("a");
        (NodeId target, FileHandle to) = share.Open("b");
        share.Write(source, from, 0, "0123456789"u8);
        Errno errno = share.Fs.CopyFileRange(Daemon, source, from, 3, target, to, 1, 4, out ulong copied);
        Assert.Equal((Errno.OK, 4ul), (errno, copied));
        Assert.Equal("\0" + "3456", share.Share.Read("b"));
        share.Release(target, to);
        Assert.Equal(Errno.EBADF, share.Fs.CopyFileRange(Daemon, source, from, 3, target, to, 1, 4, out _));
    }

    [Fact]
    public void A_full_share_is_told_and_a_record_does_not_suffer()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", context: User(1000, 1000));
        Errno errno = share.Fs.Write(Daemon, node, handle, new WriteRequest(ulong.MaxValue - 10), "x"u8, out _);
        Assert.NotEqual(Errno.OK, errno);
        Assert.NotEqual(Errno.OK, share.TrySetattr(node, new SetattrRequest { Size = ulong.MaxValue }));
        Assert.Equal(1000u, share.Getattr(node).Uid);
    }

    [Fact]
    public void Everything_can_be_made_durable()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f", context: User(1000, 1000));
        Assert.Equal(Errno.OK, share.Fs.Fsync(Daemon, node, handle, dataOnly: true));
        Assert.Equal(0, share.Store.CountOf(StoreCalls.Sync));
        Assert.Equal(Errno.OK, share.Fs.Fsync(Daemon, node, handle, dataOnly: false));
        Assert.Equal(1, share.Store.CountOf(StoreCalls.Sync));
        Assert.Equal(Errno.OK, share.Fs.Flush(Daemon, node, handle, 0));
        Assert.Equal(Errno.OK, share.Fs.Opendir(Daemon, NodeId.Root, default, out FuseOpenOut open));
        Assert.Equal(Errno.OK, share.Fs.Fsyncdir(Daemon, NodeId.Root, new FileHandle(open.Fh), false));
        Assert.Equal(Errno.OK, share.Fs.Syncfs(Daemon, NodeId.Root));
        Assert.Equal(3, share.Store.CountOf(StoreCalls.Sync));
    }

    [Fact]
    public void The_end_of_a_record_is_made_durable_too()
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.Write("f", "");
        share.Share.Chmod("f", Octal.Oct(644));
        share.Chmod(share.NodeOf("f"), Octal.Oct(444));
        Assert.NotNull(share.RowOf("f"));
        share.Remount(new PassthroughOptions());
        NodeId node = share.NodeOf("f");
        FileHandle handle = share.Reopen(node, OpenFlags.O_RDWR);
        share.Chmod(node, Octal.Oct(600));
        Assert.Null(share.RowOf("f"));
        Assert.Equal(Errno.OK, share.Fs.Fsync(Daemon, node, handle, dataOnly: false));
        Assert.Equal(1, share.Store.CountOf(StoreCalls.Sync));
    }

    [Fact]
    public void The_file_systems_sizes_are_the_shares()
    {
        using var share = new ShareUnderTest();
        Assert.Equal(Errno.OK, share.Fs.Statfs(Daemon, NodeId.Root, out FuseStatfsOut statfs));
        Assert.Equal(Errno.OK, Libc.Fstatfs(share.Share.Fd, out Statfs backing));
        Assert.Equal(
            (backing.Blocks, (uint)backing.Bsize, (uint)backing.Frsize, (uint)backing.Namelen, backing.Files),
            (statfs.St.Blocks, statfs.St.Bsize, statfs.St.Frsize, statfs.St.Namelen, statfs.St.Files));
    }

    [Theory]
    [InlineData(0x180, 4u, Errno.OK)]
    [InlineData(0x000, 6u, Errno.OK)]
    [InlineData(0x180, 1u, Errno.EACCES)]
    [InlineData(0x1C0, 1u, Errno.OK)]
    [InlineData(0x001, 7u, Errno.OK)]
    public void The_overlays_root_may_all_but_execute_what_nobody_may(int mode, uint mask, Errno expected)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f", (uint)mode, User(1000, 1000));
        Assert.Equal(expected, share.Fs.Access(Daemon, node, mask));
        Assert.Equal(Errno.OK, share.Fs.Access(Daemon, NodeId.Root, mask));
    }
}
