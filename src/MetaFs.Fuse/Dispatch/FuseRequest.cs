using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Dispatch;

/// <summary>One request taken apart as far as every opcode is alike.</summary>
internal ref struct FuseRequest
{
    public readonly FuseInHeader Header;
    public readonly RequestContext Context;

    /// <summary>The opcode's own arguments.</summary>
    public RequestReader Arguments;

    private FuseRequest(FuseInHeader header, ReadOnlySpan<byte> body)
    {
        Header = header;
        Context = new RequestContext(header.Unique, header.Uid, header.Gid, header.Pid);
        Arguments = new RequestReader(body);
    }

    public readonly FuseOpcode Opcode => Header.Opcode;

    public readonly NodeId Node => new(Header.Nodeid);

    /// <summary>Whether the kernel waits for no reply; one it does not wait for is an error to it.</summary>
    /// <remarks>
    /// INTERRUPT may be answered EAGAIN where its request has not been seen yet. It has always been seen here: a
    /// request is carried out by the thread that reads it.
    /// </remarks>
    public readonly bool IsSilent => Opcode is FuseOpcode.FUSE_FORGET or FuseOpcode.FUSE_BATCH_FORGET
        or FuseOpcode.FUSE_INTERRUPT or FuseOpcode.FUSE_NOTIFY_REPLY;

    /// <summary>Takes the header off a message and the extensions from its end.</summary>
    /// <returns>
    /// False: the message's length is not the one its header says, or it has no room for its extensions. The header
    /// counts even then if <paramref name="hasHeader"/>.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<byte> message, out FuseRequest request, out bool hasHeader)
    {
        var reader = new RequestReader(message);
        hasHeader = reader.TryRead(out FuseInHeader header);
        ReadOnlySpan<byte> body = reader.Rest;
        // Extensions (7.38) come last; those of features that were not agreed on are not ours to read.
        int extensions = header.TotalExtlen * 8;
        bool sound = hasHeader && header.Len == message.Length && extensions <= body.Length;
        request = new FuseRequest(header, sound ? body[..^extensions] : default);
        return sound;
    }
}
