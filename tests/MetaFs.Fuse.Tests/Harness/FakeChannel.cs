using System.Collections.Concurrent;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>A kernel made of two queues.</summary>
internal sealed class FakeChannel : IFuseChannel
{
    private readonly BlockingCollection<byte[]> _requests = [];
    private int _gatherings;

    /// <summary>All messages written so far.</summary>
    public ConcurrentQueue<byte[]> Written { get; } = new();

    /// <summary>What writing answers.</summary>
    public Errno WriteResult { get; set; }

    /// <summary>What reading answers when the requests have come to their end.</summary>
    public Errno EndResult { get; set; } = Errno.ENODEV;

    /// <summary>Called for each message written, instead of keeping it.</summary>
    public Action<ReadOnlySpan<byte>>? OnWrite { get; set; }

    public int Opened { get; private set; } = 1;

    public void Send(byte[] request) => _requests.Add(request);

    public void Unmount() => _requests.CompleteAdding();

    public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
    {
        request = default;
        reply = buffer.Reply;
        if (!_requests.TryTake(out byte[]? message, Timeout.Infinite))
            return EndResult;
        message.CopyTo(buffer.Request);
        request = buffer.Request[..message.Length];
        return Errno.OK;
    }

    public Errno Write(ReadOnlySpan<byte> message)
    {
        if (OnWrite is not null)
            OnWrite(message);
        else
            Written.Enqueue(message.ToArray());
        return WriteResult;
    }

    public IRequestChannel OpenAnother()
    {
        lock (Written)
            Opened++;
        return this;
    }

    /// <summary>Channels that stand for queues over io_uring; the first two of them have to be read.</summary>
    public List<FakeChannel> Queues { get; } = [];

    public bool QueuesRefused { get; private set; }

    public bool IsDisposed { get; private set; }

    public IReadOnlyList<IRequestChannel> OpenQueues(int most, out int needed)
    {
        needed = 2;
        return [.. Queues.Take(most)];
    }

    public void RefuseQueues() => QueuesRefused = true;

    /// <summary>How often a reader let messages gather.</summary>
    public int Gatherings => Volatile.Read(ref _gatherings);

    public void LetGather() => Interlocked.Increment(ref _gatherings);

    public Errno BackingOpen(SafeFd file, out int backingId)
    {
        backingId = 7;
        return Errno.OK;
    }

    public Errno BackingClose(int backingId) => Errno.OK;

    public void Dispose() => IsDisposed = true;
}
