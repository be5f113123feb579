// A thread's life (row 2 of the request's way): read, dispatch, again.
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Carries one request at a time from the kernel through the file system and back.</summary>
internal sealed class FuseWorker : IReplySink
{
    private readonly WorkerPool _pool;
    private readonly RequestDispatcher _dispatcher;
    private readonly IFuseChannel _connection;
    private readonly bool _ownsChannel;
    private readonly RequestBuffer _buffer;

    // The worker's own thread only.
    private IFuseChannel _channel;
    private bool _busy;
    private bool _stays = true;

    /// <param name="pool">Whom to tell of beginnings and ends.</param>
    /// <param name="dispatcher">What handles the requests.</param>
    /// <param name="connection">The connection's first channel.</param>
    /// <param name="ownsChannel">Whether to open a channel of its own beside it.</param>
    /// <param name="buffer">The worker's until it leaves.</param>
    public FuseWorker(
        WorkerPool pool, RequestDispatcher dispatcher, IFuseChannel connection, bool ownsChannel, RequestBuffer buffer)
    {
        _pool = pool;
        _dispatcher = dispatcher;
        _connection = connection;
        _channel = connection;
        _ownsChannel = ownsChannel;
        _buffer = buffer;
    }

    public void Run()
    {
        if (_ownsChannel)
            _channel = _connection.OpenAnother();
        while (_stays)
            ServeOne();
        if (_ownsChannel)
            _channel.Dispose();
        _pool.Leave(_buffer);
    }

    /// <remarks>
    /// The worker counts as idle before its reply goes out. Whoever gets the reply has sent the next request before
    /// this thread is back in read(2): counted later, a lone client would keep starting threads that nobody needs.
    /// </remarks>
    public Errno Write(ReadOnlySpan<byte> message)
    {
        End();
        Errno errno = _channel.Write(message);
        // What the reply gave away is taken back now, and that can take long.
        if (errno != Errno.OK && _stays)
            Begin();
        return errno;
    }

    private void ServeOne()
    {
        Errno errno = _channel.Read(_buffer.Request, out int length);
        if (errno != Errno.OK)
        {
            _pool.EndChannel(errno);
            _stays = false;
            return;
        }
        Begin();
        _dispatcher.Dispatch(this, _buffer.Request[..length], _buffer.Reply);
        if (_busy)
            End();
    }

    private void Begin()
    {
        _busy = true;
        _pool.BeginRequest();
    }

    private void End()
    {
        _busy = false;
        _stays = _pool.EndRequest();
    }
}
