using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>The real kernel, and its requests over io_uring.</summary>
[Collection(nameof(MountTests))]
public sealed class RingTests : IDisposable
{
    private readonly string _before = File.ReadAllText(RingFactAttribute.Parameter);

    public RingTests() => File.WriteAllText(RingFactAttribute.Parameter, "Y");

    public void Dispose() => File.WriteAllText(RingFactAttribute.Parameter, _before);

    [RingFact]
    public void Names_attributes_data_and_errors_are_the_same_as_over_the_device()
    {
        using SmallMount mount = OverRings();

        Statx stat = mount.Stat("data");
        Assert.Equal((4711u, 4712u, 0x81A4u), (stat.Uid, stat.Gid, stat.Mode));
        Assert.Equal(1_000_000_000_123_456_789, stat.MtimeNs);
        string[] names = [.. Directory.GetFileSystemEntries(mount.Path).Select(Path.GetFileName).Order()!];
        Assert.Equal(["broken", "data", "direct", "growing", "link", "passed", "stuck"], names);
        Assert.Equal(SmallFileSystem.Content, File.ReadAllBytes(mount.FilePath("data")));
        Assert.Equal("data", new FileInfo(mount.FilePath("link")).LinkTarget);
        Assert.Equal(0x123456L * 4096, new DriveInfo(mount.Path).TotalSize);
        Assert.False(File.Exists(mount.FilePath("absent")));
        Assert.Equal(Errno.EIO, mount.TryOpen("broken", out _));
        Assert.Equal("passed", File.ReadAllText(mount.FilePath("passed")));
        Assert.Equal(Errno.OK, mount.Unmount());
    }

    [RingFact]
    public void A_read_of_1_MiB_is_one_request()
    {
        using SmallMount mount = OverRings();
        mount.ReadAMegabyteAtOnce();
    }

    [RingFact]
    public void A_request_with_a_payload_and_an_answer_reach_a_directory()
    {
        using SmallMount mount = OverRings();
        mount.CallADirectory();
    }

    [RingFact]
    public void Stuck_readers_do_not_keep_others_out()
    {
        using SmallMount mount = OverRings();
        mount.StickReaders(6); // all of them may be on one processor
    }

    [RingFact]
    public void Many_callers_at_once_get_their_own_answers()
    {
        using SmallMount mount = OverRings();
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(i => new Thread(() =>
        {
            using SafeFd file = mount.Open("direct");
            byte[] bytes = new byte[512];
            for (int k = 0; k < 500; k++)
            {
                ulong offset = (ulong)(((k * 7919) + (i * 104_729)) % (SmallFileSystem.DataSize - bytes.Length));
                bool isRight = Libc.Pread(file, bytes, offset, out int count) == Errno.OK && count == bytes.Length
                    && bytes.AsSpan().SequenceEqual(SmallFileSystem.Content.AsSpan((int)offset, count));
                if (!isRight)
                    Interlocked.Increment(ref wrong);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, wrong);
    }

    [RingFact]
    public void A_lazy_unmount_ends_the_server_when_the_last_user_is_gone()
    {
        using SmallMount mount = OverRings();
        using (SafeFd open = mount.Open("data"))
        {
            Assert.Equal(Errno.OK, mount.Unmount(lazy: true));
            byte[] bytes = new byte[10];
            Assert.Equal(Errno.OK, Libc.Pread(open, bytes, 5, out int count));
            Assert.Equal(SmallFileSystem.Content[5..15], bytes[..count]);
            Assert.False(mount.Server.WaitUntilUnmounted(TimeSpan.Zero));
        }

        Assert.True(mount.Server.WaitUntilUnmounted(SmallMount.Patience));
    }

    [RingFact]
    public void Too_few_threads_for_the_processors_leave_the_device()
    {
        int cpus = Environment.ProcessorCount;
        using var mount = new SmallMount(new FuseServerOptions { MaxThreads = (cpus * 8) - 1, MaxIdleThreads = 1 });
        Assert.False(mount.Server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
        Assert.Equal(4711u, mount.Stat("data").Uid);
    }

    [RingFact]
    public void Queues_that_were_promised_and_cannot_be_read_leave_the_device()
    {
        using var mount = new SmallMount(wrap: static device => new WithoutThreads(device));
        Assert.True(mount.Server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
        Assert.Equal(4711u, mount.Stat("data").Uid);
        Assert.Equal(SmallFileSystem.Content, File.ReadAllBytes(mount.FilePath("data")));
    }

    private static SmallMount OverRings()
    {
        var mount = new SmallMount();
        Assert.True(mount.Server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
        return mount;
    }

    // As where the system allows no more threads: of all queues, one is read, which the kernel never heard of.
    private sealed class WithoutThreads(IFuseChannel device) : IFuseChannel
    {
        public IReadOnlyList<IRequestChannel> OpenQueues(int most, out int needed)
        {
            needed = 2;
            return [device.OpenAnother()];
        }

        public void RefuseQueues() => device.RefuseQueues();

        public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply) =>
            device.Read(buffer, out request, out reply);

        public Errno Write(ReadOnlySpan<byte> message) => device.Write(message);

        public IRequestChannel OpenAnother() => device.OpenAnother();

        public void LetGather() => device.LetGather();

        public Errno BackingOpen(SafeFd file, out int backingId) => device.BackingOpen(file, out backingId);

        public Errno BackingClose(int backingId) => device.BackingClose(backingId);

        public void Dispose() => device.Dispose();
    }
}
