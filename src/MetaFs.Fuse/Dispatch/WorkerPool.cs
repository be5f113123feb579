// How many threads there are. One worker at least always waits in read(2): requests that are stuck in slow operations
// (a share that is away) must not keep others from being read, a FORGET or the unmount among them.
using MetaFs.Fuse.Transport;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Starts workers when the last idle one gets work, lets them go when there is little to do.</summary>
internal sealed class WorkerPool
{
    // .NET's default is the 8 MiB of ulimit -s; nothing on the request path recurses.
    private const int StackSize = 1 << 20;

    // A burst keeps its threads so long after the last shortage, so that load that comes and goes does not start and
    // end a thread on each of its waves.
    private const long LingerMilliseconds = 2000;

    private readonly RequestDispatcher _dispatcher;
    private readonly FuseServerOptions _options;
    private readonly FuseStatistics _statistics;
    private readonly IFuseChannel _channel;
    private readonly Action _ended;
    private readonly ILogger _log;

    // Guards the five fields after it. A leaf: nothing else is locked, and nothing slow done, while it is held.
    private readonly Lock _gate = new();
    private readonly Stack<RequestBuffer> _spareBuffers = new();
    private int _count;
    private int _fixed;
    private int _started;
    private bool _ending;

    // Workers in read(2) or on their way to it without anything slow before them: those just started and those whose
    // reply is being written. Interlocked only, without the gate: it changes twice per request.
    private int _idle;

    // See HasQueues. A queue that has ended may have sent the kernel back to the device.
    private volatile bool _hasQueues;
    private volatile bool _hasLostQueue;

    // Environment.TickCount64 when _idle was last seen at 0. Volatile; a lost update does no harm.
    private long _lastShortage;

    public WorkerPool(
        RequestDispatcher dispatcher, IFuseChannel channel, FuseServerOptions options, FuseStatistics statistics,
        Action ended, ILogger log)
    {
        _dispatcher = dispatcher;
        _channel = channel;
        _options = options;
        _statistics = statistics;
        _ended = ended;
        _log = log;
    }

    /// <summary>Starts the first worker, on the channel itself; later ones open their own.</summary>
    public void Start()
    {
        if (!TryStartWorker(out Exception? failure))
            throw new InvalidOperationException("no worker thread could be started", failure);
    }

    /// <summary>Starts a worker for each channel, which stays as long as its channel. They do not count for how many there are.</summary>
    /// <param name="channels">The workers' own from now on.</param>
    /// <returns>How many could be started: those of the first channels.</returns>
    public int StartFixed(IReadOnlyList<IRequestChannel> channels)
    {
        for (int i = 0; i < channels.Count; i++)
        {
            IRequestChannel channel = channels[i];
            lock (_gate)
                _statistics.SetThreads(_count + ++_fixed, ++_started);
            if (TryStart(channel, () => channel, isCounted: false, null, $"fuse-ring-{i + 1}", out Exception? failure))
                continue;
            FuseLog.NoFurtherThread(_log, _statistics.Threads, failure!);
            for (int rest = i; rest < channels.Count; rest++)
                channels[rest].Dispose();
            return i;
        }

        return channels.Count;
    }

    /// <summary>
    /// Whether all that somebody waits for comes over io_uring: to the device then come FORGET and INTERRUPT alone
    /// (fs/fuse/dev_uring.c, fuse_io_uring_ops).
    /// </summary>
    public bool HasQueues
    {
        set => _hasQueues = value;
    }

    /// <summary>A worker of the channel itself has read what needs no reply.</summary>
    public void AnsweredNobody()
    {
        if (_hasQueues && !_hasLostQueue)
            _channel.LetGather();
    }

    /// <summary>A worker has read a request: sees to it that another one is there to read the next.</summary>
    public void BeginRequest()
    {
        if (Interlocked.Decrement(ref _idle) > 0)
            return;
        Volatile.Write(ref _lastShortage, Environment.TickCount64);
        if (!TryStartWorker(out Exception? failure) && failure is not null)
            FuseLog.NoFurtherThread(_log, _statistics.Threads, failure);
    }

    /// <summary>A worker is done with its request, its reply (if any) all but written.</summary>
    /// <returns>False: there are enough without it, and it is no longer counted as idle.</returns>
    public bool EndRequest()
    {
        if (Volatile.Read(ref _idle) >= _options.MaxIdleThreads
            && Environment.TickCount64 - Volatile.Read(ref _lastShortage) > LingerMilliseconds)
            return false;
        Interlocked.Increment(ref _idle);
        return true;
    }

    /// <summary>A worker's channel has ended; it is no longer counted as idle.</summary>
    /// <param name="errno">Why.</param>
    /// <param name="isCounted">False: a channel of its own kind, which says nothing about the others.</param>
    public void EndChannel(Errno errno, bool isCounted)
    {
        if (isCounted)
        {
            Interlocked.Decrement(ref _idle);
            lock (_gate)
                _ending = true;
        }
        else
        {
            _hasLostQueue = true;
        }

        // Unmounted, and aborted (FUSE_ABORT_ERROR): both are ends as they should be.
        if (errno is not (Errno.ENODEV or Errno.ECONNABORTED))
            FuseLog.ChannelFailed(_log, errno);
    }

    /// <summary>The last thing a worker does. With the last worker the connection has ended.</summary>
    /// <param name="buffer">Its memory.</param>
    /// <param name="isCounted">Whether it was one of those that come and go.</param>
    public void Leave(RequestBuffer buffer, bool isCounted)
    {
        bool last;
        lock (_gate)
        {
            if (_spareBuffers.Count < _options.MaxIdleThreads)
                _spareBuffers.Push(buffer);
            last = Uncount(isCounted) == 0;
        }
        if (last)
            _ended();
    }

    private bool TryStartWorker(out Exception? failure)
    {
        failure = null;
        RequestBuffer? buffer;
        int number;
        lock (_gate)
        {
            if (_ending || _count >= _options.MaxThreads)
                return false;
            number = ++_started;
            _statistics.SetThreads(++_count + _fixed, _started);
            _spareBuffers.TryPop(out buffer);
        }

        // Counted before it runs: a second request must not start a second thread while the first is coming up.
        Interlocked.Increment(ref _idle);
        Func<IRequestChannel>? open = number > 1 ? _channel.OpenAnother : null;
        if (TryStart(_channel, open, isCounted: true, buffer, $"fuse-{number}", out failure))
            return true;
        Interlocked.Decrement(ref _idle);
        return false;
    }

    private bool TryStart(
        IRequestChannel channel, Func<IRequestChannel>? open, bool isCounted, RequestBuffer? buffer, string name,
        out Exception? failure)
    {
        failure = null;
        try
        {
            buffer ??= new RequestBuffer(_options.MaxWrite);
            var worker = new FuseWorker(this, _dispatcher, channel, open, isCounted, buffer);
            // Background: a process whose Main has returned ends, and the kernel then aborts the connection.
            new Thread(worker.Run, StackSize) { IsBackground = true, Name = name }.Start();
            return true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            failure = exception;
            lock (_gate)
                _ = Uncount(isCounted);
            return false;
        }
    }

    // Under the gate. Returns how many workers there are still.
    private int Uncount(bool isCounted)
    {
        if (isCounted)
            _count--;
        else
            _fixed--;
        _statistics.SetThreads(_count + _fixed, _started);
        return _count + _fixed;
    }
}
