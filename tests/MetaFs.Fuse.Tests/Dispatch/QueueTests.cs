using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

/// <summary>When queues beside the device are opened, read and given up, over a kernel made of queues.</summary>
public sealed class QueueTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FakeChannel _channel = new();
    private readonly ListLogger _log = new();
    private readonly BlockingFileSystem _fileSystem = new();
    private readonly List<FuseServer> _servers = [];

    public QueueTests() => _channel.Queues.AddRange([new FakeChannel(), new FakeChannel(), new FakeChannel()]);

    public void Dispose()
    {
        _fileSystem.Gate.Set();
        foreach (FakeChannel channel in (FakeChannel[])[_channel, .. _channel.Queues])
            channel.Unmount();
        foreach (FuseServer server in _servers)
        {
            Assert.True(server.WaitUntilUnmounted(s_patience));
            server.Dispose();
        }

        _fileSystem.Dispose();
    }

    [Fact]
    public void Every_queue_is_read_and_answered_on_its_own_channel()
    {
        FuseServer server = Serve(new FuseServerOptions());
        Assert.True(server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
        _channel.Written.Clear();
        foreach (FakeChannel queue in _channel.Queues)
        {
            queue.Send(WireCases.All["GETATTR"].Request.Build());
            Assert.True(SpinWait.SpinUntil(() => queue.Written.Count == 1, s_patience));
        }

        Assert.Empty(_channel.Written);
        Assert.InRange(server.Statistics.Threads, 4, 6);
    }

    [Fact]
    public void Beside_queues_what_nobody_waits_for_is_let_gather()
    {
        Serve(new FuseServerOptions());
        _channel.Queues[0].Send(WireCases.All["FORGET"].Request.Build());
        _channel.Queues[0].Send(WireCases.All["GETATTR"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _channel.Queues[0].Written.Count == 1, s_patience));
        Assert.Equal(0, _channel.Gatherings);
        _channel.Send(WireCases.All["GETATTR"].Request.Build());
        _channel.Send(WireCases.All["FORGET"].Request.Build());
        _channel.Send(WireCases.All["BATCH_FORGET"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _channel.Gatherings == 2, s_patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_the_device_has_the_requests_too_it_is_read_at_once(bool hadQueues)
    {
        if (!hadQueues)
            _channel.Queues.RemoveRange(1, 2);
        FuseServer server = Serve(new FuseServerOptions());
        if (hadQueues)
        {
            int threads = server.Statistics.Threads;
            _channel.Queues[2].Unmount();
            Assert.True(SpinWait.SpinUntil(() => server.Statistics.Threads < threads, s_patience));
        }

        _channel.Written.Clear();
        _channel.Send(WireCases.All["FORGET"].Request.Build());
        _channel.Send(WireCases.All["GETATTR"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _channel.Written.Count == 1, s_patience));
        Assert.Equal(0, _channel.Gatherings);
    }

    [Fact]
    public void The_server_ends_when_the_last_queue_has()
    {
        FuseServer server = Serve(new FuseServerOptions());
        _channel.Unmount();
        _channel.Queues[0].Unmount();
        _channel.Queues[1].Unmount();
        Assert.False(server.WaitUntilUnmounted(TimeSpan.FromMilliseconds(50)));
        _channel.Queues[2].Unmount();
        Assert.True(server.WaitUntilUnmounted(s_patience));
        Assert.Equal(0, server.Statistics.Threads);
        Assert.All(_channel.Queues, queue => Assert.True(queue.IsDisposed));
    }

    [Fact]
    public void A_queue_that_breaks_is_told_and_the_device_still_grows_to_all_its_threads()
    {
        FuseServer server = Serve(new FuseServerOptions { MaxThreads = 3, MaxIdleThreads = 1 });
        _channel.Queues[1].EndResult = Errno.EINVAL;
        _channel.Queues[1].Unmount();
        Assert.True(SpinWait.SpinUntil(
            () => _log.Lines.Any(line => line.Contains("EINVAL", StringComparison.Ordinal)), s_patience));
        for (int i = 0; i < 3; i++)
            _channel.Send(WireCases.All["READ"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == 3, s_patience));
        _fileSystem.Gate.Set();
    }

    [Fact]
    public void Too_few_threads_for_the_queues_have_them_refused()
    {
        _channel.Queues.RemoveRange(1, 2);
        FuseServer server = Serve(new FuseServerOptions());
        Assert.True(_channel.QueuesRefused);
        _channel.Written.Clear();
        _channel.Send(WireCases.All["GETATTR"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _channel.Written.Count == 1, s_patience));
        Assert.False(server.WaitUntilUnmounted(TimeSpan.Zero));
    }

    [Fact]
    public void Who_wants_none_and_a_kernel_that_offers_none_opens_none()
    {
        FuseServer server = Serve(new FuseServerOptions { IoUring = false });
        Assert.False(server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
        Assert.InRange(server.Statistics.Threads, 1, 2);
    }

    [Fact]
    public void Where_none_can_be_opened_the_kernel_is_promised_none()
    {
        _channel.Queues.Clear();
        FuseServer server = Serve(new FuseServerOptions());
        Assert.False(server.Connection.Features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING));
    }

    [Fact]
    public void A_handshake_that_the_kernel_does_not_take_gives_the_queues_back()
    {
        _channel.WriteResult = Errno.ENODEV;
        _ = Serve(new FuseServerOptions());
        Assert.All(_channel.Queues, queue => Assert.True(queue.IsDisposed));
        Assert.False(_channel.QueuesRefused);
    }

    private FuseServer Serve(FuseServerOptions options)
    {
        var server = new FuseServer(_channel, _fileSystem, options, _log);
        _servers.Add(server);
        server.Start();
        _channel.Send(DispatcherUnderTest.InitRequest(7, 45).Build());
        Assert.True(server.WaitUntilInitialized(s_patience));
        return server;
    }
}
