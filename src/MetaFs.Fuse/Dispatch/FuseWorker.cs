// A thread's life (row 2 of the request's way): read, dispatch, again.
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Carries one request at a time from the kernel through the file system and back.</summary>
internal sealed class FuseWorker : IReplySink
{
    private readonly WorkerPool _pool;
    private readonly RequestDispatcher _dispatcher;
    private readonly Func<IRequestChannel>? _open;
    private readonly bool _isCounted;
    private readonly RequestBuffer _buffer;

    // The worker's own thread only.
    private IRequestChannel _channel;
    private bool _busy;
    private bool _stays = true;

    /// <param name="pool">Whom to tell of beginnings and ends.</param>
    /// <param name="dispatcher">What handles the requests.</param>
    /// <param name="channel">What it reads; not the worker's to dispose.</param>
    /// <param name="open">A channel of its own to read instead; null: none.</param>
    /// <param name="isCounted">Whether the pool counts on it to wait for requests; else it stays until its channel ends.</param>
    /// <param name="buffer">The worker's until it leaves.</param>
    public FuseWorker(
        WorkerPool pool, RequestDispatcher dispatcher, IRequestChannel channel, Func<IRequestChannel>? open,
        bool isCounted, RequestBuffer buffer)
    {
        _pool = pool;
        _dispatcher = dispatcher;
        _channel = channel;
        _open = open;
        _isCounted = isCounted;
        _buffer = buffer;
    }

    public void Run()
    {
        if (_open is not null)
            _channel = _open();
        while (_stays)
            ServeOne();
        if (_open is not null)
            _channel.Dispose();
        _pool.Leave(_buffer, _isCounted);
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
        Errno errno = _channel.Read(_buffer, out ReadOnlySpan<byte> request, out Span<byte> reply);
        if (errno != Errno.OK)
        {
            _pool.EndChannel(errno, _isCounted);
            _stays = false;
            return;
        }
        Begin();
        _dispatcher.Dispatch(this, request, reply);
        if (!_busy)
            return;
        End();
        if (_isCounted && _stays)
            _pool.AnsweredNobody();
    }

    private void Begin()
    {
        _busy = true;
        if (_isCounted)
            _pool.BeginRequest();
    }

    private void End()
    {
        _busy = false;
        if (_isCounted)
            _stays = _pool.EndRequest();
    }
}
