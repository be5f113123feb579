// The connection itself: INIT, INTERRUPT, IOCTL. (DESTROY comes for block devices only and just gets its OK; the file
// system's Destroy is called when the last worker has left.)
using System.Runtime.CompilerServices;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    private Errno Init(ref FuseRequest request, ref ReplyWriter reply)
    {
        int size = Math.Clamp(
            request.Arguments.Rest.Length, FuseConnection.ShortInitIn, Unsafe.SizeOf<FuseInitIn>());
        if (_connection.IsReady || !request.Arguments.TryRead(size, out FuseInitIn offer))
            return Malformed(ref request);

        if (InitNegotiation.Refusal(in offer) is { } reason)
        {
            _connection.Refuse(reason);
            FuseLog.InitRefused(_log, reason);
            return Errno.EPROTO;
        }
        if (offer.Major > FuseProtocol.FUSE_KERNEL_VERSION)
        {
            reply.Append(InitNegotiation.ComeDown());
            return Errno.OK;
        }

        FuseInitFlags features = InitNegotiation.Agree(in offer, _options);
        if (features.HasFlag(FuseInitFlags.FUSE_OVER_IO_URING) && !_connection.TryOpenQueues(_options.MaxThreads))
            features &= ~FuseInitFlags.FUSE_OVER_IO_URING;
        FuseInitOut answer = InitNegotiation.Answer(in offer, features, _options.MaxWrite);
        _connection.Agree(features, answer.Minor);
        // Before the reply: the kernel sends nothing else until it has it, so Init is never overtaken.
        _fileSystem.Init(_connection);
        _connection.Open();
        FuseLog.Initialized(_log, answer.Minor, features.ToString());
        reply.Append(in answer);
        return Errno.OK;
    }

    /// <remarks>
    /// The kernel asks, it does not insist: a request may run to its end. Operations are synchronous system calls on
    /// the share that cannot be broken off, so there is nothing to tell anyone, and no reply is due.
    /// </remarks>
    private Errno Interrupt(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseInterruptIn _) ? Errno.OK : Malformed(ref request);

    private Errno Ioctl(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseIoctlIn arguments)
            || !request.Arguments.TryReadBytes(arguments.InSize, out ReadOnlySpan<byte> input)
            || arguments.OutSize > reply.Room.Length - Unsafe.SizeOf<FuseIoctlOut>())
            return Malformed(ref request);
        // Unrestricted ioctls, which read and write the caller's memory at will, are for character devices (CUSE).
        if ((arguments.Flags & FuseIoctlFlags.FUSE_IOCTL_UNRESTRICTED) != 0)
            return Errno.ENOTTY;

        reply.Append(new FuseIoctlOut());
        Span<byte> output = reply.Room[..(int)arguments.OutSize];
        Errno errno = _fileSystem.Ioctl(
            in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Cmd, input, output,
            out int length);
        if (errno == Errno.OK)
            reply.Advance(length, output.Length);
        return errno;
    }
}
