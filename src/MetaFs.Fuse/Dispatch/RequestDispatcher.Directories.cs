// Open directories and their listings; SYNCFS.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    private Errno Opendir(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseOpenIn arguments))
            return Malformed(ref request);
        Errno errno = _fileSystem.Opendir(
            in request.Context, request.Node, new OpenFlags((int)arguments.Flags), out FuseOpenOut open);
        return Answer(ref reply, errno, in open);
    }

    private Errno Readdir(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseReadIn arguments))
            return Malformed(ref request);
        var buffer = ListingRoom(ref reply, arguments.Size);
        Errno errno = _fileSystem.Readdir(
            in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Offset, ref buffer);
        return AnswerListing(ref reply, errno, buffer.Length);
    }

    private Errno Readdirplus(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseReadIn arguments))
            return Malformed(ref request);
        var buffer = ListingRoom(ref reply, arguments.Size);
        Errno errno = _fileSystem.Readdirplus(
            in request.Context, request.Node, new FileHandle(arguments.Fh), arguments.Offset, ref buffer);
        return AnswerListing(ref reply, errno, buffer.Length);
    }

    private Errno Releasedir(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseReleaseIn arguments)
            ? _fileSystem.Releasedir(in request.Context, request.Node, new FileHandle(arguments.Fh))
            : Malformed(ref request);

    private Errno Fsyncdir(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseFsyncIn arguments)
            ? _fileSystem.Fsyncdir(
                in request.Context, request.Node, new FileHandle(arguments.Fh), IsDataOnly(arguments.FsyncFlags))
            : Malformed(ref request);

    private Errno Syncfs(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseSyncfsIn _)
            ? _fileSystem.Syncfs(in request.Context, request.Node)
            : Malformed(ref request);

    private static DirectoryBuffer ListingRoom(ref ReplyWriter reply, uint size) =>
        new(reply.Room[..(int)Math.Min(size, (uint)reply.Room.Length)]);

    private static Errno AnswerListing(ref ReplyWriter reply, Errno errno, int length)
    {
        if (errno == Errno.OK)
            reply.Advance(length, length);
        return errno;
    }
}
