// The seam between bytes and meaning: what tests put in the place of /dev/fuse.
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>Where replies go.</summary>
internal interface IReplySink
{
    /// <summary>Sends one whole message. Does not block.</summary>
    /// <returns>OK; ENOENT: nobody waits for the reply, or the kernel does not know the notification's node.</returns>
    Errno Write(ReadOnlySpan<byte> message);
}

/// <summary>A worker's connection to the kernel. A request is answered on the channel it came from.</summary>
internal interface IFuseChannel : IReplySink, IDisposable
{
    /// <summary>Waits for one request and reads all of it.</summary>
    /// <returns>OK; ENODEV: unmounted; ECONNABORTED: aborted; others: the channel is of no use any more.</returns>
    Errno Read(Span<byte> buffer, out int length);

    /// <summary>A channel to the same connection for another worker; the caller disposes.</summary>
    IFuseChannel OpenAnother();

    /// <summary>FUSE_DEV_IOC_BACKING_OPEN.</summary>
    Errno BackingOpen(SafeFd file, out int backingId);

    /// <summary>FUSE_DEV_IOC_BACKING_CLOSE.</summary>
    Errno BackingClose(int backingId);
}
