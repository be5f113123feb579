// Extended attributes.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    private Errno Setxattr(ref FuseRequest request)
    {
        if (!request.Arguments.TryRead(_connection.SetxattrInSize, out FuseSetxattrIn arguments)
            || !request.Arguments.TryReadString(out CString name)
            || !request.Arguments.TryReadBytes(arguments.Size, out ReadOnlySpan<byte> value))
            return Malformed(ref request);
        return _fileSystem.Setxattr(
            in request.Context, request.Node, name, value, (int)arguments.Flags,
            arguments.SetxattrFlags.HasFlag(FuseSetxattrFlags.FUSE_SETXATTR_ACL_KILL_SGID));
    }

    private Errno Getxattr(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseGetxattrIn arguments)
            || !request.Arguments.TryReadString(out CString name)
            || arguments.Size > (uint)reply.Room.Length)
            return Malformed(ref request);
        Span<byte> value = reply.Room[..(int)arguments.Size];
        Errno errno = _fileSystem.Getxattr(in request.Context, request.Node, name, value, out int size);
        return AnswerXattr(ref reply, errno, size, value.Length);
    }

    private Errno Listxattr(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseGetxattrIn arguments) || arguments.Size > (uint)reply.Room.Length)
            return Malformed(ref request);
        Span<byte> names = reply.Room[..(int)arguments.Size];
        Errno errno = _fileSystem.Listxattr(in request.Context, request.Node, names, out int size);
        return AnswerXattr(ref reply, errno, size, names.Length);
    }

    private Errno Removexattr(ref FuseRequest request) =>
        request.Arguments.TryReadString(out CString name)
            ? _fileSystem.Removexattr(in request.Context, request.Node, name)
            : Malformed(ref request);

    // Asked with no room, the kernel wants the size in a struct; with room, it wants the bytes themselves.
    private static Errno AnswerXattr(ref ReplyWriter reply, Errno errno, int size, int room)
    {
        if (errno != Errno.OK)
            return errno;
        if (room == 0)
            reply.Append(new FuseGetxattrOut { Size = (uint)size });
        else
            reply.Advance(size, room);
        return Errno.OK;
    }
}
