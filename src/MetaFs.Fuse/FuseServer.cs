// The lifecycle of a served mount: the only class that knows beginning and end.
using MetaFs.Fuse.Dispatch;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Fuse;

/// <summary>Serves one mount from its own threads, from INIT until the file system is unmounted.</summary>
/// <remarks>
/// There is no way to stop a server but the kernel's: unmount (<see cref="FuseMounter.Unmount"/>), and every worker's
/// read ends. A lazy unmount ends it when the last user is gone. The threads are background threads, so a process may
/// also just exit; the kernel then answers ENOTCONN on the mount point.
/// </remarks>
public sealed class FuseServer : IDisposable
{
    private readonly IFuseFileSystem _fileSystem;
    private readonly IFuseChannel _channel;
    private readonly FuseConnection _connection;
    private readonly WorkerPool _pool;
    private readonly ILogger _log;
    private readonly ManualResetEventSlim _ended = new();

    /// <summary>A server for a device that <see cref="FuseMounter.Mount"/> returned.</summary>
    /// <param name="device">The server's from now on: it disposes it.</param>
    /// <param name="fileSystem">Called from several threads; the caller's to dispose.</param>
    /// <param name="options">Limits, features, trace.</param>
    /// <param name="log">Failed operations and refused handshakes go there.</param>
    public FuseServer(SafeFd device, IFuseFileSystem fileSystem, FuseServerOptions options, ILogger log)
        : this(new FuseDevice(device), fileSystem, options, log)
    {
    }

    internal FuseServer(IFuseChannel channel, IFuseFileSystem fileSystem, FuseServerOptions options, ILogger log)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIdleThreads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxThreads, options.MaxIdleThreads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWrite, 4096u);
        _fileSystem = fileSystem;
        _channel = channel;
        _log = log;
        _connection = new FuseConnection(channel, Statistics);
        var dispatcher = new RequestDispatcher(fileSystem, _connection, options, Statistics, log);
        _pool = new WorkerPool(dispatcher, channel, options, Statistics, End, log);
        _connection.QueuesOpened = StartQueues;
    }

    /// <summary>What has been done so far.</summary>
    public FuseStatistics Statistics { get; } = new();

    /// <summary>The connection that the file system was given.</summary>
    public IFuseConnection Connection => _connection;

    /// <summary>Why the handshake failed; null where it did not, or not for that reason.</summary>
    public string? InitFailure => _connection.InitFailure;

    /// <summary>Begins to answer requests, the handshake first. Once.</summary>
    public void Start() => _pool.Start();

    /// <summary>Waits for the handshake.</summary>
    /// <returns>True: the mount works. False: it took too long, was refused, or the mount has gone.</returns>
    public bool WaitUntilInitialized(TimeSpan timeout) => _connection.Settled.Wait(timeout) && _connection.IsReady;

    /// <summary>Waits until the mount is gone, every request answered and the file system's Destroy done.</summary>
    public void WaitUntilUnmounted() => _ended.Wait();

    /// <summary>Waits likewise, but not longer than <paramref name="timeout"/>.</summary>
    /// <returns>False: it took longer.</returns>
    public bool WaitUntilUnmounted(TimeSpan timeout) => _ended.Wait(timeout);

    /// <summary>Closes the device. Unmount first: a mount that is still there is not ended by this.</summary>
    public void Dispose() => _channel.Dispose();

    // Requests wait in the kernel until each queue is read, or refused.
    private void StartQueues(IReadOnlyList<IRequestChannel> queues, int needed)
    {
        if (_pool.StartFixed(queues) < needed)
            _channel.RefuseQueues();
        else
            _pool.HasQueues = true;
    }

    // The last worker's last act.
    private void End()
    {
        try
        {
            if (_connection.IsReady)
                _fileSystem.Destroy();
        }
        catch (Exception exception)
        {
            FuseLog.DestroyFailed(_log, exception);
        }
        _connection.Settled.Set();
        _ended.Set();
    }
}
