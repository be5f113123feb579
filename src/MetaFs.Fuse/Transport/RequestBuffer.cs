// The memory one worker works in, allocated once.
using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Dispatch;

namespace MetaFs.Fuse.Transport;

/// <summary>Room for one request and for its reply, pinned: the kernel copies to and from it each time.</summary>
internal sealed class RequestBuffer
{
    // Headers, names and extensions around the data of a WRITE.
    private const int Slack = 4096;

    private readonly byte[] _request;
    private readonly byte[] _reply;

    /// <param name="maxWrite">Longest data of a WRITE in bytes.</param>
    public RequestBuffer(uint maxWrite)
    {
        int page = Environment.SystemPageSize;
        // A READ may be as long as the pages agreed on, or as many as a kernel takes that was told no number.
        int data = Math.Max(checked((int)maxWrite + page - 1) / page * page, InitNegotiation.DefaultMaxPages * page);
        int size = Math.Max(FuseProtocol.FUSE_MIN_READ_BUFFER, data + Slack);
        _request = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        _reply = GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Where the request is read to: one message of the device, or the memory that an entry of io_uring shares.</summary>
    public Span<byte> Request => _request;

    /// <summary>Where the reply is built, its header first.</summary>
    public Span<byte> Reply => _reply;
}
