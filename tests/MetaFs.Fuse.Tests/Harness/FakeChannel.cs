using System.Collections.Concurrent;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>A kernel made of two queues.</summary>
internal sealed class FakeChannel : IFuseChannel
{
    private readonly BlockingCollection<byte[]> _requests = [];

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

    public Errno Read(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_requests.TryTake(out byte[]? request, Timeout.Infinite))
            return EndResult;
        request.CopyTo(buffer);
        length = request.Length;
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

    public IFuseChannel OpenAnother()
    {
        lock (Written)
            Opened++;
        return this;
    }

    public Errno BackingOpen(SafeFd file, out int backingId)
    {
        backingId = 7;
        return Errno.OK;
    }

    public Errno BackingClose(int backingId) => Errno.OK;

    public void Dispose()
    {
    }
}
