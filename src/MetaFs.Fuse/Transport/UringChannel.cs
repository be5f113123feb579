// FUSE over io_uring (rows 1 and 7 of the request's way): one command hands a reply over and waits for the next request.
using System.Globalization;
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
    // A processor with fewer threads stands still when that many of its callers' requests are stuck on a slow share.
    private const int FewestPerQueue = 2;

    // The buffer's memory: fuse_uring_req_header; room for a message in one piece; the reply's header; the payload.
    private const int OpInOffset = FuseProtocol.FUSE_URING_IN_OUT_HEADER_SZ;
    private const int EntryOffset = OpInOffset + FuseProtocol.FUSE_URING_OP_IN_OUT_SZ;
    private const int PayloadOffset = 512;
    private static readonly int s_replyOffset = PayloadOffset - Unsafe.SizeOf<FuseOutHeader>();

    private readonly SafeFd _device;
    private readonly IoUring _ring;
    private readonly ushort _queue;

    // The reading thread only.
    private bool _isRegistered;
    private bool _isAnswered;
    private bool _repliesInPlace;
    private ulong _commitId;
    private RequestBuffer? _buffer;

    private UringChannel(SafeFd device, IoUring ring, ushort queue)
    {
        _device = device;
        _ring = ring;
        _queue = queue;
    }

    /// <summary>Entries for all queues, the first of each queue first.</summary>
    /// <param name="device">The connection; left open by the caller for as long as there is a channel.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="queues">How many queues there are.</param>
    /// <returns>None: too many processors for that number, or a system without io_uring for us.</returns>
    public static IReadOnlyList<IRequestChannel> OpenAll(SafeFd device, int most, out int queues)
    {
        queues = PossibleProcessors();
        if (queues == 0 || most < queues * FewestPerQueue)
            return [];
        List<UringChannel> channels = [];
        for (int i = 0; i < most / queues * queues; i++)
        {
            if (IoUring.Create(out IoUring? ring) == Errno.OK)
            {
                channels.Add(new UringChannel(device, ring!, (ushort)(i % queues)));
                continue;
            }

            foreach (UringChannel channel in channels)
                channel.Dispose();
            return [];
        }

        return channels;
    }

    /// <summary>Registers for a queue that cannot be: the kernel then goes back to the device (fuse_uring_cmd).</summary>
    public static void Refuse(SafeFd device)
    {
        if (IoUring.Create(out IoUring? ring) != Errno.OK)
            return;
        using (ring)
        {
            var arguments = new FuseUringCmdReq { Qid = ushort.MaxValue };
            if (ring!.Enable() != Errno.OK)
                return;
            ring.Prepare(device, (uint)FuseUringCmd.FUSE_IO_URING_CMD_REGISTER, in arguments);
            _ = ring.Wait(out _);
        }
    }

    public Errno Read(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
    {
        request = default;
        reply = default;
        Errno errno = Errno.OK;
        if (!_isRegistered)
            errno = Register(buffer);
        else if (!_isAnswered)
            Commit(new FuseOutHeader { Error = -(int)Errno.EIO }, 0);
        int result = 0;
        if (errno == Errno.OK)
            errno = _ring.Wait(out result);
        if (errno == Errno.OK && result < 0)
            errno = (Errno)(-result);
        _isAnswered = false;

        // ENOTCONN: the connection is gone, and all entries with it (fuse_uring_entry_teardown).
        if (errno != Errno.OK)
            return errno == Errno.ENOTCONN ? Errno.ENODEV : errno;
        return TryAssemble(buffer, out request, out reply) ? Errno.OK : Errno.EPROTO;
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

    public void Dispose() => _ring.Dispose();

    /// <summary>How many queues the kernel makes: num_possible_cpus(), those that could be plugged in among them.</summary>
    /// <returns>0: not known, or numbered with gaps, for which the kernel has queues that nobody can name.</returns>
    private static int PossibleProcessors()
    {
        try
        {
            string text = File.ReadAllText("/sys/devices/system/cpu/possible").TrimEnd();
            string last = text.StartsWith("0-", StringComparison.Ordinal) ? text[2..] : text;
            return int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && (text == "0" || last != text) && number < Libc.CPU_SETSIZE
                ? number + 1
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private Errno Register(RequestBuffer buffer)
    {
        // Fails where the processor is offline or not ours: the thread then serves its queue from another one.
        _ = Libc.SchedSetaffinity(_queue);
        Errno errno = _ring.Enable();
        if (errno != Errno.OK)
            return errno;
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
        _isAnswered = true;
    }

    // Header, first argument and payload arrive apart. The message is put together before the payload, so that data is not
    // copied; without payload, before the reply's header, so that the reply can be built where the kernel takes it.
    private bool TryAssemble(RequestBuffer buffer, out ReadOnlySpan<byte> request, out Span<byte> reply)
    {
        Span<byte> memory = buffer.Request;
        var header = MemoryMarshal.Read<FuseInHeader>(memory);
        var entry = MemoryMarshal.Read<FuseUringEntInOut>(memory[EntryOffset..]);
        _commitId = entry.CommitId;
        _repliesInPlace = entry.PayloadSz == 0;
        long argument = header.Len - (long)Unsafe.SizeOf<FuseInHeader>() - entry.PayloadSz;
        bool isSound = argument is >= 0 and <= FuseProtocol.FUSE_URING_OP_IN_OUT_SZ
            && entry.PayloadSz <= memory.Length - PayloadOffset;
        int end = _repliesInPlace ? s_replyOffset : PayloadOffset;
        int start = isSound ? end - (int)argument - Unsafe.SizeOf<FuseInHeader>() : end;
        int length = isSound ? (int)header.Len : 0;
        if (isSound)
        {
            memory.Slice(OpInOffset, (int)argument).CopyTo(memory[(end - (int)argument)..]);
            MemoryMarshal.Write(memory[start..], in header);
        }

        request = memory.Slice(start, length);
        reply = _repliesInPlace ? memory[s_replyOffset..] : buffer.Reply;
        return isSound;
    }
}
