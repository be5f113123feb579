// The seam between bytes and meaning: what tests put in the place of /dev/fuse.
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>Where replies go.</summary>
internal interface IReplySink
{
    /// <summary>Sends one whole message. Does not block.</summary>
    /// <returns>
    /// OK; ENOENT: nobody waits for the reply, or the kernel does not know the notification's node. Over io_uring always OK:
    /// there only the end of the connection takes a caller away, and with it all that he was given.
    /// </returns>
    Errno Write(ReadOnlySpan<byte> message);
}

/// <summary>A worker's connection to the kernel. A request is answered on the channel it came from.</summary>
internal interface IRequestChannel : IReplySink, IDisposable
{
    /// <summary>Waits for one request and reads all of it.</summary>
    /// <param name="buffer">The worker's memory; the same one each time.</param>
    /// <param name="request">The request, in the buffer.</param>
    /// <param name="reply">Where the reply is to be built, in the buffer too; it overlaps no part of the request.</param>
    /// <returns>OK; ENODEV: unmounted; ECONNABORTED: aborted; others: the channel is of no use any more.</returns>
    Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply);
}

/// <summary>The connection as it was mounted.</summary>
internal interface IFuseChannel : IRequestChannel
{
    /// <summary>A channel to the same connection for another worker; the caller disposes.</summary>
    IRequestChannel OpenAnother();

    /// <summary>Channels over io_uring, which the kernel uses once each of its queues has one that is being read.</summary>
    /// <param name="most">How many there may be.</param>
    /// <param name="needed">How many of the first must be read: one of each queue.</param>
    /// <returns>The caller disposes. None: this machine cannot.</returns>
    IReadOnlyList<IRequestChannel> OpenQueues(int most, out int needed);

    /// <summary>Has the kernel do without queues again. After INIT, before each queue has a channel that is being read.</summary>
    void RefuseQueues();

    /// <summary>Waits for a moment, so that what comes meanwhile and nobody waits for is read in one.</summary>
    void LetGather();

    /// <summary>FUSE_DEV_IOC_BACKING_OPEN.</summary>
    Errno BackingOpen(SafeFd file, out int backingId);

    /// <summary>FUSE_DEV_IOC_BACKING_CLOSE.</summary>
    Errno BackingClose(int backingId);
}
