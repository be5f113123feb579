// From bytes to one call of the file system and back to bytes (rows 3 and 7 of the request's way). The partials hold
// the opcodes by topic: Entries, Attributes, Files, Directories, Xattrs, Control; TakeBack undoes unwanted replies.
using System.Diagnostics;
using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Handles one request at a time per calling thread; holds no state of its own between requests.</summary>
internal sealed partial class RequestDispatcher
{
    private readonly IFuseFileSystem _fileSystem;
    private readonly FuseConnection _connection;
    private readonly FuseServerOptions _options;
    private readonly FuseStatistics _statistics;
    private readonly RequestTracer? _tracer;
    private readonly ILogger _log;

    public RequestDispatcher(
        IFuseFileSystem fileSystem, FuseConnection connection, FuseServerOptions options, FuseStatistics statistics,
        ILogger log)
    {
        _fileSystem = fileSystem;
        _connection = connection;
        _options = options;
        _statistics = statistics;
        _tracer = options.Trace is null ? null : new RequestTracer(options.Trace, connection);
        _log = log;
    }

    /// <summary>Handles <paramref name="message"/> and sends its one reply, if it wants one.</summary>
    /// <param name="sink">Where the reply goes: to the channel the request came from.</param>
    /// <param name="message">All of it, header included.</param>
    /// <param name="replyRoom">Where the reply is built.</param>
    public void Dispatch(IReplySink sink, ReadOnlySpan<byte> message, Span<byte> replyRoom)
    {
        var reply = new ReplyWriter(replyRoom);
        bool sound = FuseRequest.TryParse(message, out FuseRequest request, out bool hasHeader);
        if (!sound)
            FuseLog.NoRequest(_log, message.Length);
        // Without a header there is not even a number to answer to.
        if (!hasHeader)
            return;

        RequestThread.Client = request.Context.Pid;
        long arrived = Stopwatch.GetTimestamp();
        _statistics.CountRequest(request.Opcode);
        _tracer?.Received(ref request);
        Errno errno = sound ? Handle(ref request, ref reply, takeBack: false) : Errno.EIO;
        if (!request.IsSilent)
            Reply(sink, ref request, ref reply, errno);
        _statistics.CountReply(request.Opcode, errno, (long)Stopwatch.GetElapsedTime(arrived).TotalNanoseconds);
    }

    private void Reply(IReplySink sink, ref FuseRequest request, ref ReplyWriter reply, Errno errno)
    {
        ReadOnlySpan<byte> message = reply.Finish(request.Header.Unique, errno);
        _tracer?.Sent(ref request, ref reply, errno);
        Errno sent = sink.Write(message);
        if (sent != Errno.OK)
        {
            FuseLog.ReplyRefused(_log, FuseStatistics.NameOf(request.Opcode), request.Header.Unique, sent);
            if (errno == Errno.OK)
                _ = Handle(ref request, ref reply, takeBack: true);
        }
        if (request.Opcode == FuseOpcode.FUSE_INIT && (_connection.IsReady || errno != Errno.OK))
            _connection.Settle(sent == Errno.OK && errno == Errno.OK);
    }

    private Errno Handle(ref FuseRequest request, ref ReplyWriter reply, bool takeBack)
    {
        try
        {
            return takeBack ? TakeBack(ref request, reply.Payload) : Call(ref request, ref reply);
        }
        catch (Exception exception)
        {
            FuseLog.OperationFailed(
                _log, FuseStatistics.NameOf(request.Opcode), request.Header.Unique, exception);
            return Errno.EIO;
        }
    }

    private Errno Malformed(ref FuseRequest request)
    {
        FuseLog.Malformed(_log, FuseStatistics.NameOf(request.Opcode), request.Header.Unique);
        return Errno.EIO;
    }

    private Errno Call(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!_connection.IsReady && request.Opcode != FuseOpcode.FUSE_INIT)
            return Malformed(ref request);

        return request.Opcode switch
        {
            FuseOpcode.FUSE_LOOKUP => Lookup(ref request, ref reply),
            FuseOpcode.FUSE_FORGET => Forget(ref request),
            FuseOpcode.FUSE_GETATTR => Getattr(ref request, ref reply),
            FuseOpcode.FUSE_SETATTR => Setattr(ref request, ref reply),
            FuseOpcode.FUSE_READLINK => Readlink(ref request, ref reply),
            FuseOpcode.FUSE_SYMLINK => Symlink(ref request, ref reply),
            FuseOpcode.FUSE_MKNOD => Mknod(ref request, ref reply),
            FuseOpcode.FUSE_MKDIR => Mkdir(ref request, ref reply),
            FuseOpcode.FUSE_UNLINK => Unlink(ref request),
            FuseOpcode.FUSE_RMDIR => Rmdir(ref request),
            FuseOpcode.FUSE_RENAME => Rename(ref request),
            FuseOpcode.FUSE_LINK => Link(ref request, ref reply),
            FuseOpcode.FUSE_OPEN => Open(ref request, ref reply),
            FuseOpcode.FUSE_READ => Read(ref request, ref reply),
            FuseOpcode.FUSE_WRITE => Write(ref request, ref reply),
            FuseOpcode.FUSE_STATFS => Statfs(ref request, ref reply),
            FuseOpcode.FUSE_RELEASE => Release(ref request),
            FuseOpcode.FUSE_FSYNC => Fsync(ref request),
            FuseOpcode.FUSE_SETXATTR => Setxattr(ref request),
            FuseOpcode.FUSE_GETXATTR => Getxattr(ref request, ref reply),
            FuseOpcode.FUSE_LISTXATTR => Listxattr(ref request, ref reply),
            FuseOpcode.FUSE_REMOVEXATTR => Removexattr(ref request),
            FuseOpcode.FUSE_FLUSH => Flush(ref request),
            FuseOpcode.FUSE_INIT => Init(ref request, ref reply),
            FuseOpcode.FUSE_OPENDIR => Opendir(ref request, ref reply),
            FuseOpcode.FUSE_READDIR => Readdir(ref request, ref reply),
            FuseOpcode.FUSE_RELEASEDIR => Releasedir(ref request),
            FuseOpcode.FUSE_FSYNCDIR => Fsyncdir(ref request),
            FuseOpcode.FUSE_ACCESS => Access(ref request),
            FuseOpcode.FUSE_CREATE => Create(ref request, ref reply),
            FuseOpcode.FUSE_INTERRUPT => Interrupt(ref request),
            FuseOpcode.FUSE_DESTROY => Errno.OK,
            FuseOpcode.FUSE_IOCTL => Ioctl(ref request, ref reply),
            FuseOpcode.FUSE_BATCH_FORGET => BatchForget(ref request),
            FuseOpcode.FUSE_FALLOCATE => Fallocate(ref request),
            FuseOpcode.FUSE_READDIRPLUS => Readdirplus(ref request, ref reply),
            FuseOpcode.FUSE_RENAME2 => Rename2(ref request),
            FuseOpcode.FUSE_LSEEK => Lseek(ref request, ref reply),
            FuseOpcode.FUSE_COPY_FILE_RANGE => CopyFileRange(ref request, ref reply),
            FuseOpcode.FUSE_SYNCFS => Syncfs(ref request),
            FuseOpcode.FUSE_TMPFILE => Tmpfile(ref request, ref reply),
            FuseOpcode.FUSE_STATX => Statx(ref request, ref reply),
            FuseOpcode.FUSE_COPY_FILE_RANGE_64 => CopyFileRange64(ref request, ref reply),
            _ => Errno.ENOSYS,
        };
    }
}
