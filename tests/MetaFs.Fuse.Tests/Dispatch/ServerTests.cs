using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

/// <summary>Threads and lifecycle, over a kernel made of queues.</summary>
public sealed class ServerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FakeChannel _channel = new();
    private readonly ListLogger _log = new();
    private readonly BlockingFileSystem _fileSystem = new();
    private readonly List<FuseServer> _servers = [];

    public void Dispose()
    {
        _fileSystem.Gate.Set();
        _channel.Unmount();
        foreach (FuseServer server in _servers)
        {
            Assert.True(server.WaitUntilUnmounted(s_patience));
            server.Dispose();
        }
        _fileSystem.Dispose();
        _channel.Dispose();
    }

    [Fact]
    public void A_server_lives_from_INIT_to_unmount()
    {
        FuseServer server = Serve(new FuseServerOptions());
        Assert.False(server.WaitUntilUnmounted(TimeSpan.Zero));
        Assert.Equal(0, _fileSystem.Destroyed);

        _channel.Unmount();

        Assert.True(server.WaitUntilUnmounted(s_patience));
        Assert.Equal(1, _fileSystem.Destroyed);
        Assert.Equal(0, server.Statistics.Threads);
        Assert.All(_log.Lines, line => Assert.StartsWith("Information", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_connection_that_ends_before_INIT_is_no_success()
    {
        FuseServer server = Start(new FuseServerOptions());
        _channel.Unmount();
        Assert.False(server.WaitUntilInitialized(s_patience));
        Assert.True(server.WaitUntilUnmounted(s_patience));
        Assert.Equal(0, _fileSystem.Destroyed);
    }

    [Fact]
    public void A_refused_handshake_is_told_at_once()
    {
        FuseServer server = Start(new FuseServerOptions());
        _channel.Send(DispatcherUnderTest.InitRequest(7, 12).Build());
        Assert.False(server.WaitUntilInitialized(s_patience));
        Assert.Contains("7.12", server.InitFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_that_breaks_is_logged()
    {
        FuseServer server = Serve(new FuseServerOptions());
        _channel.EndResult = Errno.EBADF;
        _channel.Unmount();
        Assert.True(server.WaitUntilUnmounted(s_patience));
        Assert.Contains("Error: reading requests failed: EBADF", _log.Lines);
    }

    [Fact]
    public void An_exception_at_the_end_does_not_keep_the_server_from_ending()
    {
        _fileSystem.FailsToEnd = true;
        FuseServer server = Serve(new FuseServerOptions());
        _channel.Unmount();
        Assert.True(server.WaitUntilUnmounted(s_patience));
        Assert.Contains(_log.Lines, line => line.EndsWith("on purpose", StringComparison.Ordinal));
    }

    [Fact]
    public void Requests_are_answered_while_others_are_stuck()
    {
        FuseServer server = Serve(new FuseServerOptions());
        const int stuck = 10;
        for (int i = 0; i < stuck; i++)
            _channel.Send(WireCases.All["READ"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == stuck, s_patience));

        _channel.Send(WireCases.All["GETATTR"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Attributes == 1, s_patience));
        Assert.InRange(server.Statistics.PeakThreads, stuck + 1, stuck + 3);
        Assert.Equal(server.Statistics.ThreadsStarted, _channel.Opened);
    }

    [Fact]
    public void There_are_never_more_threads_than_allowed()
    {
        FuseServer server = Serve(new FuseServerOptions { MaxThreads = 3, MaxIdleThreads = 1 });
        for (int i = 0; i < 20; i++)
            _channel.Send(WireCases.All["READ"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == 3, s_patience));
        _fileSystem.Gate.Set();
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == 20, s_patience));
        Assert.Equal(3, server.Statistics.PeakThreads);
    }

    [Fact]
    public void Threads_that_are_not_needed_leave_and_new_ones_come()
    {
        FuseServer server = Serve(new FuseServerOptions { MaxIdleThreads = 1 });
        for (int i = 0; i < 8; i++)
            _channel.Send(WireCases.All["READ"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == 8, s_patience));
        _fileSystem.Gate.Set();

        // A worker leaves after a request, once the burst is some seconds ago.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                _channel.Send(WireCases.All["GETATTR"].Request.Build());
                Thread.Sleep(10);
                return server.Statistics.Threads <= 2;
            },
            s_patience));

        _fileSystem.Gate.Reset();
        for (int i = 0; i < 4; i++)
            _channel.Send(WireCases.All["READ"].Request.Build());
        Assert.True(SpinWait.SpinUntil(() => _fileSystem.Blocked == 12, s_patience));
        Assert.True(server.Statistics.Threads >= 4);
    }

    [Fact]
    public void Invalidations_are_messages_of_their_own()
    {
        FuseServer server = Serve(new FuseServerOptions());
        _channel.Written.Clear();

        Assert.Equal(Errno.OK, server.Connection.InvalidateInode(new NodeId(0x40DE), -2, 0x33));
        Assert.Equal(
            Errno.OK, server.Connection.InvalidateEntry(new NodeId(0x40DE), CString.FromTerminated("gone\0"u8)));

        byte[][] messages = [.. _channel.Written];
        Reply inode = Reply.Parse(messages[0]);
        Assert.Equal((40u, 2, 0ul), (inode.Length, inode.Error, inode.Unique));
        Assert.Equal(0x40DEul, inode.U64(0));
        Assert.Equal(-2L, (long)inode.U64(8));
        Assert.Equal(0x33ul, inode.U64(16));
        Reply entry = Reply.Parse(messages[1]);
        Assert.Equal((37u, 3, 0ul), (entry.Length, entry.Error, entry.Unique));
        Assert.Equal(0x40DEul, entry.U64(0));
        Assert.Equal(4u, entry.U32(8));
        Assert.Equal("gone\0"u8.ToArray(), entry.Payload[16..]);
    }

    [Fact]
    public void Lent_files_are_counted()
    {
        FuseServer server = Serve(new FuseServerOptions());
        Assert.Equal(Errno.OK, server.Connection.BackingOpen(SafeFd.Invalid, out int id));
        Assert.Equal(1, server.Statistics.BackingIds);
        Assert.Equal(Errno.OK, server.Connection.BackingClose(id));
        Assert.Equal(0, server.Statistics.BackingIds);
    }

    private FuseServer Serve(FuseServerOptions options)
    {
        FuseServer server = Start(options);
        _channel.Send(DispatcherUnderTest.InitRequest(7, 45).Build());
        Assert.True(server.WaitUntilInitialized(s_patience));
        return server;
    }

    private FuseServer Start(FuseServerOptions options)
    {
        var server = new FuseServer(_channel, _fileSystem, options, _log);
        _servers.Add(server);
        server.Start();
        return server;
    }
}
