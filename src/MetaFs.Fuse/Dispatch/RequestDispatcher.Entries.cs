// Names: LOOKUP and FORGET, making, removing and renaming.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    // What readlink(2) of the kernel has room for: a page less its NUL.
    private const int LongestTarget = 4095;

    private Errno Lookup(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryReadName(out CString name))
            return Malformed(ref request);
        Errno errno = _fileSystem.Lookup(in request.Context, request.Node, name, out FuseEntryOut entry);
        return Answer(ref reply, errno, in entry);
    }

    private Errno Forget(ref FuseRequest request)
    {
        if (!request.Arguments.TryRead(out FuseForgetIn arguments))
            return Malformed(ref request);
        _fileSystem.Forget(request.Node, arguments.Nlookup);
        return Errno.OK;
    }

    private Errno BatchForget(ref FuseRequest request)
    {
        if (!request.Arguments.TryRead(out FuseBatchForgetIn arguments))
            return Malformed(ref request);
        for (uint i = 0; i < arguments.Count; i++)
        {
            if (!request.Arguments.TryRead(out FuseForgetOne one))
                return Malformed(ref request);
            _fileSystem.Forget(new NodeId(one.Nodeid), one.Nlookup);
        }
        return Errno.OK;
    }

    private Errno Readlink(ref FuseRequest request, ref ReplyWriter reply)
    {
        Span<byte> target = reply.Room[..LongestTarget];
        Errno errno = _fileSystem.Readlink(in request.Context, request.Node, target, out int length);
        if (errno == Errno.OK)
            reply.Advance(length, target.Length);
        return errno;
    }

    private Errno Symlink(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryReadName(out CString name)
            || !request.Arguments.TryReadString(out CString target))
            return Malformed(ref request);
        Errno errno = _fileSystem.Symlink(in request.Context, request.Node, name, target, out FuseEntryOut entry);
        return Answer(ref reply, errno, in entry);
    }

    private Errno Mknod(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseMknodIn arguments)
            || !request.Arguments.TryReadName(out CString name))
            return Malformed(ref request);
        Errno errno = _fileSystem.Mknod(
            in request.Context, request.Node, name, arguments.Mode, arguments.Rdev, arguments.Umask,
            out FuseEntryOut entry);
        return Answer(ref reply, errno, in entry);
    }

    private Errno Mkdir(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseMkdirIn arguments)
            || !request.Arguments.TryReadName(out CString name))
            return Malformed(ref request);
        Errno errno = _fileSystem.Mkdir(
            in request.Context, request.Node, name, arguments.Mode, arguments.Umask, out FuseEntryOut entry);
        return Answer(ref reply, errno, in entry);
    }

    private Errno Unlink(ref FuseRequest request) =>
        request.Arguments.TryReadName(out CString name)
            ? _fileSystem.Unlink(in request.Context, request.Node, name)
            : Malformed(ref request);

    private Errno Rmdir(ref FuseRequest request) =>
        request.Arguments.TryReadName(out CString name)
            ? _fileSystem.Rmdir(in request.Context, request.Node, name)
            : Malformed(ref request);

    private Errno Rename(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseRenameIn arguments)
            ? Rename(ref request, arguments.Newdir, default)
            : Malformed(ref request);

    private Errno Rename2(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseRename2In arguments)
            ? Rename(ref request, arguments.Newdir, (RenameFlags)arguments.Flags)
            : Malformed(ref request);

    private Errno Rename(ref FuseRequest request, ulong newParent, RenameFlags flags) =>
        request.Arguments.TryReadName(out CString name) && request.Arguments.TryReadName(out CString newName)
            ? _fileSystem.Rename(in request.Context, request.Node, name, new NodeId(newParent), newName, flags)
            : Malformed(ref request);

    private Errno Link(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseLinkIn arguments)
            || !request.Arguments.TryReadName(out CString newName))
            return Malformed(ref request);
        Errno errno = _fileSystem.Link(
            in request.Context, new NodeId(arguments.Oldnodeid), request.Node, newName, out FuseEntryOut entry);
        return Answer(ref reply, errno, in entry);
    }

    private static Errno Answer<T>(ref ReplyWriter reply, Errno errno, in T payload)
        where T : unmanaged
    {
        if (errno == Errno.OK)
            reply.Append(in payload);
        return errno;
    }
}
