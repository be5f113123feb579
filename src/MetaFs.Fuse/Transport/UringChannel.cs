// FUSE over io_uring (rows 1 and 7 of the request's way): one command hands a reply over and waits for the next request.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>One entry of one queue. The kernel has a queue per processor and gives a caller's request to his own.</summary>
/// <remarks>
/// The thread that reads stays on the queue's processor: neither the caller nor it has to be woken on another one, which
/// costs more than a request. It never leaves its queue while the mount is there: a request that the kernel has given to
/// an entry would wait for ever (fuse_uring_send_in_task, fs/fuse/dev_uring.c). FORGET, INTERRUPT and notifications go over
/// the device still.
/// </remarks>
internal sealed class UringChannel : IRequestChannel
{
    // The buffer's memory: fuse_uring_req_header; room for a message in one piece; the reply's header; the payload.
    private const int OpInOffset = FuseProtocol.FUSE_URING_IN_OUT_HEADER_SZ;
    private const int EntryOffset = OpInOffset + FuseProtocol.FUSE_URING_OP_IN_OUT_SZ;
    private const int PayloadOffset = 512;
    private static readonly int s_replyOffset = PayloadOffset - Unsafe.SizeOf<FuseOutHeader>();

    private readonly SafeFd _device;
    private readonly IoUring _ring;
    private readonly ushort _queue;
    private readonly bool _isBound;
    private readonly bool _holdsDevice;

    // The reading thread only.
    private bool _isRegistered;
    private bool _isOpen;
    private bool _repliesInPlace;
    private ulong _commitId;
    private RequestBuffer? _buffer;

    /// <param name="device">Held open for as long as this is.</param>
    /// <param name="ring">This one's from now on.</param>
    /// <param name="queue">The queue: a processor's number.</param>
    /// <param name="isBound">Whether to keep the reading thread on that processor.</param>
    public UringChannel(SafeFd device, IoUring ring, ushort queue, bool isBound)
    {
        _device = device;
        _ring = ring;
        _queue = queue;
        _isBound = isBound;
        device.DangerousAddRef(ref _holdsDevice);
    }

    public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
    {
        request = default;
        reply = default;
        Errno errno = _isRegistered ? Errno.OK : Register(buffer);
        while (errno == Errno.OK)
        {
            // Nobody has answered, or what came was no request: its caller waits for something all the same.
            if (_isOpen)
                Commit(new FuseOutHeader { Error = -(int)Errno.EIO }, 0);
            errno = _ring.Wait(out int result);
            if (errno == Errno.OK && result < 0)
                errno = (Errno)(-result);
            _isOpen = errno == Errno.OK;
            if (!_isOpen)
                break;
            bool isSound = TryAssemble(buffer.Request, out UringMessage message);
            (_commitId, _repliesInPlace) = (message.CommitId, message.RepliesInPlace);
            if (isSound)
            {
                request = buffer.Request.Slice(message.Start, message.Length);
                reply = _repliesInPlace ? buffer.Request[s_replyOffset..] : buffer.Reply;
                return Errno.OK;
            }
        }

        // ENOTCONN: the connection is gone, and all entries with it (fuse_uring_entry_teardown).
        return errno == Errno.ENOTCONN ? Errno.ENODEV : errno;
    }

    /// <remarks>The kernel has it with the next <see cref="Read"/>, which follows at once.</remarks>
    public Errno Write(ReadOnlySpan<byte> message)
    {
        int payload = message.Length - Unsafe.SizeOf<FuseOutHeader>();
        if (!_repliesInPlace)
            message[^payload..].CopyTo(_buffer!.Request[PayloadOffset..]);
        Commit(MemoryMarshal.Read<FuseOutHeader>(message), payload);
        return Errno.OK;
    }

    public void Dispose()
    {
        _ring.Dispose();
        if (_holdsDevice)
            _device.DangerousRelease();
    }

    private Errno Register(RequestBuffer buffer)
    {
        // Where the processor has just gone the thread serves its queue from another one.
        if (_isBound)
            _ = Libc.SchedSetaffinity(_queue);
        Errno errno = _ring.Enable();
        if (errno != Errno.OK)
        {
            // The kernel waits for this queue.
            UringQueues.Refuse(_device);
            return errno;
        }

        _buffer = buffer;
        Span<byte> memory = buffer.Request;
        var arguments = new FuseUringCmdReq { Qid = _queue };
        _ring.Prepare(
            _device, (uint)FuseUringCmd.FUSE_IO_URING_CMD_REGISTER, memory[..Unsafe.SizeOf<FuseUringReqHeader>()],
            memory[PayloadOffset..], in arguments);
        _isRegistered = true;
        return Errno.OK;
    }

    private void Commit(FuseOutHeader header, int payload)
    {
        Span<byte> memory = _buffer!.Request;
        header.Unique = _commitId;
        MemoryMarshal.Write(memory, in header);
        var entry = new FuseUringEntInOut { CommitId = _commitId, PayloadSz = (uint)payload };
        MemoryMarshal.Write(memory[EntryOffset..], in entry);
        var arguments = new FuseUringCmdReq { CommitId = _commitId, Qid = _queue };
        _ring.Prepare(_device, (uint)FuseUringCmd.FUSE_IO_URING_CMD_COMMIT_AND_FETCH, in arguments);
        _isOpen = false;
    }

    /// <summary>Puts a message together, whose header, first argument and payload arrive apart.</summary>
    /// <remarks>
    /// Before the payload, so that data is not copied; without payload, before the reply's header, so that the reply can be
    /// built where the kernel takes it.
    /// </remarks>
    /// <param name="memory">The memory of the entry.</param>
    /// <param name="message">Where the message is.</param>
    /// <returns>False: lengths that cannot be. Then only the number to commit by counts.</returns>
    internal static bool TryAssemble(Span<byte> memory, out UringMessage message)
    {
        var header = MemoryMarshal.Read<FuseInHeader>(memory);
        var entry = MemoryMarshal.Read<FuseUringEntInOut>(memory[EntryOffset..]);
        bool inPlace = entry.PayloadSz == 0;
        long argument = header.Len - (long)Unsafe.SizeOf<FuseInHeader>() - entry.PayloadSz;
        if (argument is < 0 or > FuseProtocol.FUSE_URING_OP_IN_OUT_SZ || entry.PayloadSz > memory.Length - PayloadOffset)
        {
            message = new UringMessage(0, 0, entry.CommitId, RepliesInPlace: true);
            return false;
        }

        int end = inPlace ? s_replyOffset : PayloadOffset;
        int start = end - (int)argument - Unsafe.SizeOf<FuseInHeader>();
        memory.Slice(OpInOffset, (int)argument).CopyTo(memory[(end - (int)argument)..]);
        MemoryMarshal.Write(memory[start..], in header);
        message = new UringMessage(start, (int)header.Len, entry.CommitId, inPlace);
        return true;
    }
}

/// <summary>A request in the memory of its entry.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Its length, header included.</param>
/// <param name="CommitId">By which the kernel knows its reply.</param>
/// <param name="RepliesInPlace">Whether the reply can be built in the payload.</param>
internal readonly record struct UringMessage(int Start, int Length, ulong CommitId, bool RepliesInPlace);
