// The memory one worker works in, allocated once.
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Transport;

/// <summary>Room for one request and for its reply, pinned: the kernel copies to and from it on every request.</summary>
internal sealed class RequestBuffer
{
    // Headers, names and extensions around the data of a WRITE.
    private const int Slack = 4096;

    private readonly byte[] _request;
    private readonly byte[] _reply;

    /// <param name="maxWrite">Longest data of a WRITE, and of a READ, in bytes.</param>
    public RequestBuffer(uint maxWrite)
    {
        int size = Math.Max(FuseProtocol.FUSE_MIN_READ_BUFFER, checked((int)maxWrite + Slack));
        _request = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        _reply = GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    /// <summary>Where the request is read to.</summary>
    public Span<byte> Request => _request;

    /// <summary>Where the reply is built, its header first.</summary>
    public Span<byte> Reply => _reply;
}
