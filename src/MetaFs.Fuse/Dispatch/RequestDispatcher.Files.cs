// Open files and their data.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    // The answer has 32 bits: a whole number of pages below them (the kernel's own limit since 6.18).
    private const ulong LongestCopy = 0xFFFFF000;

    private Errno Open(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseOpenIn arguments))
            return Malformed(ref request);
        Errno errno = _fileSystem.Open(
            in request.Context, request.Node, new OpenFlags((int)arguments.Flags), KillsSuidgid(arguments.OpenFlags),
            out FuseOpenOut open);
        return AnswerOpen(ref reply, errno, in open);
    }

    private Errno Create(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseCreateIn arguments)
            || !request.Arguments.TryReadName(out CString name))
            return Malformed(ref request);
        CreateRequest create = MeaningOf(in arguments);
        Errno errno = _fileSystem.Create(
            in request.Context, request.Node, name, in create, out FuseEntryOut entry, out FuseOpenOut open);
        _ = Answer(ref reply, errno, in entry);
        return AnswerOpen(ref reply, errno, in open);
    }

    // The kernel sends a name too, "/", that stands for none.
    private Errno Tmpfile(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseCreateIn arguments))
            return Malformed(ref request);
        CreateRequest create = MeaningOf(in arguments);
        Errno errno = _fileSystem.Tmpfile(
            in request.Context, request.Node, in create, out FuseEntryOut entry, out FuseOpenOut open);
        _ = Answer(ref reply, errno, in entry);
        return AnswerOpen(ref reply, errno, in open);
    }

    private Errno Read(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseReadIn arguments) || arguments.Size > (uint)reply.Room.Length)
            return Malformed(ref request);
        // Straight into the reply: the data is not copied again on its way to the kernel.
        Span<byte> data = reply.Room[..(int)arguments.Size];
        Errno errno = _fileSystem.Read(
            in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Offset, data, out int read);
        if (errno == Errno.OK)
            reply.Advance(read, data.Length);
        return errno;
    }

    private Errno Write(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseWriteIn arguments)
            || !request.Arguments.TryReadBytes(arguments.Size, out ReadOnlySpan<byte> data))
            return Malformed(ref request);
        bool isPage = (arguments.WriteFlags & FuseWriteFlags.FUSE_WRITE_CACHE) != 0;
        var write = new WriteRequest(
            arguments.Offset, !isPage && new OpenFlags((int)arguments.Flags).Has(OpenFlags.O_APPEND),
            (arguments.WriteFlags & FuseWriteFlags.FUSE_WRITE_KILL_SUIDGID) != 0);
        Errno errno = _fileSystem.Write(
            in request.Context, request.Node, new FileHandle(arguments.Fh), in write, data, out int written);
        return Answer(ref reply, errno, new FuseWriteOut { Size = (uint)written });
    }

    private Errno Flush(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseFlushIn arguments)
            ? _fileSystem.Flush(
                in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.LockOwner)
            : Malformed(ref request);

    private Errno Release(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseReleaseIn arguments)
            ? _fileSystem.Release(in request.Context, request.Node, new FileHandle(arguments.Fh))
            : Malformed(ref request);

    private Errno Fsync(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseFsyncIn arguments)
            ? _fileSystem.Fsync(
                in request.Context, request.Node, new FileHandle(arguments.Fh), IsDataOnly(arguments.FsyncFlags))
            : Malformed(ref request);

    private Errno Fallocate(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseFallocateIn arguments)
            ? _fileSystem.Fallocate(
                in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Offset, arguments.Length,
                (int)arguments.Mode)
            : Malformed(ref request);

    private Errno Lseek(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseLseekIn arguments))
            return Malformed(ref request);
        Errno errno = _fileSystem.Lseek(
            in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Offset, arguments.Whence,
            out ulong result);
        return Answer(ref reply, errno, new FuseLseekOut { Offset = result });
    }

    private Errno CopyFileRange(ref FuseRequest request, ref ReplyWriter reply)
    {
        Errno errno = CopyFileRange(ref request, LongestCopy, out ulong copied);
        return Answer(ref reply, errno, new FuseWriteOut { Size = (uint)copied });
    }

    private Errno CopyFileRange64(ref FuseRequest request, ref ReplyWriter reply)
    {
        Errno errno = CopyFileRange(ref request, ulong.MaxValue, out ulong copied);
        return Answer(ref reply, errno, new FuseCopyFileRangeOut { BytesCopied = copied });
    }

    private Errno CopyFileRange(ref FuseRequest request, ulong longest, out ulong copied)
    {
        copied = 0;
        if (!request.Arguments.TryRead(out FuseCopyFileRangeIn arguments))
            return Malformed(ref request);
        // No flag of copy_file_range(2) exists yet, so nobody knows what it would mean.
        if (arguments.Flags != 0)
            return Errno.EINVAL;
        return _fileSystem.CopyFileRange(
            in request.Context, request.Node, new FileHandle(arguments.FhIn), arguments.OffIn,
            new NodeId(arguments.NodeidOut), new FileHandle(arguments.FhOut), arguments.OffOut,
            Math.Min(arguments.Len, longest), out copied);
    }

    private Errno AnswerOpen(ref ReplyWriter reply, Errno errno, in FuseOpenOut open)
    {
        if (errno == Errno.OK && (open.OpenFlags & FuseOpenOutFlags.FOPEN_PASSTHROUGH) != 0)
            _statistics.CountPassthroughOpen();
        return Answer(ref reply, errno, in open);
    }

    private static CreateRequest MeaningOf(in FuseCreateIn arguments) =>
        new(new OpenFlags((int)arguments.Flags), arguments.Mode, arguments.Umask, KillsSuidgid(arguments.OpenFlags));

    private static bool KillsSuidgid(FuseOpenInFlags flags) => (flags & FuseOpenInFlags.FUSE_OPEN_KILL_SUIDGID) != 0;

    private static bool IsDataOnly(FuseFsyncFlags flags) => (flags & FuseFsyncFlags.FUSE_FSYNC_FDATASYNC) != 0;
}
