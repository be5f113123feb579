// A thread's life (row 2 of the request's way): read, dispatch, again.
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Carries one request at a time from the kernel through the file system and back.</summary>
internal sealed class FuseWorker
{
    private readonly WorkerPool _pool;
    private readonly RequestDispatcher _dispatcher;
    private readonly IFuseChannel _connection;
    private readonly bool _ownsChannel;
    private readonly RequestBuffer _buffer;

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
        _ownsChannel = ownsChannel;
        _buffer = buffer;
    }

    public void Run()
    {
        IFuseChannel channel = _ownsChannel ? _connection.OpenAnother() : _connection;
        Serve(channel);
        if (_ownsChannel)
            channel.Dispose();
        _pool.Leave(_buffer);
    }

    private void Serve(IFuseChannel channel)
    {
        do
        {
            Errno errno = channel.Read(_buffer.Request, out int length);
            if (errno != Errno.OK)
            {
                _pool.EndChannel(errno);
                return;
            }
            _pool.BeginRequest();
            _dispatcher.Dispatch(channel, _buffer.Request[..length], _buffer.Reply);
        }
        while (_pool.EndRequest());
    }
}
