// Attributes of nodes and of the file system. Masks end here: the file system sees values or null.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    private Errno Getattr(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseGetattrIn arguments))
            return Malformed(ref request);
        FileHandle? handle = HandleOf(arguments.GetattrFlags, arguments.Fh);
        Errno errno = _fileSystem.Getattr(in request.Context, request.Node, handle, out FuseAttrOut attr);
        return Answer(ref reply, errno, in attr);
    }

    private Errno Statx(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseStatxIn arguments))
            return Malformed(ref request);
        FileHandle? handle = HandleOf(arguments.GetattrFlags, arguments.Fh);
        Errno errno = _fileSystem.Statx(
            in request.Context, request.Node, handle, arguments.SxFlags, arguments.SxMask, out FuseStatxOut statx);
        return Answer(ref reply, errno, in statx);
    }

    private Errno Setattr(ref FuseRequest request, ref ReplyWriter reply)
    {
        if (!request.Arguments.TryRead(out FuseSetattrIn arguments))
            return Malformed(ref request);
        SetattrRequest setattr = MeaningOf(in arguments);
        Errno errno = _fileSystem.Setattr(in request.Context, request.Node, in setattr, out FuseAttrOut attr);
        return Answer(ref reply, errno, in attr);
    }

    private Errno Access(ref FuseRequest request) =>
        request.Arguments.TryRead(out FuseAccessIn arguments)
            ? _fileSystem.Access(in request.Context, request.Node, arguments.Mask)
            : Malformed(ref request);

    private Errno Statfs(ref FuseRequest request, ref ReplyWriter reply)
    {
        Errno errno = _fileSystem.Statfs(in request.Context, request.Node, out FuseStatfsOut statfs);
        return Answer(ref reply, errno, in statfs);
    }

    private static FileHandle? HandleOf(FuseGetattrFlags flags, ulong handle) =>
        (flags & FuseGetattrFlags.FUSE_GETATTR_FH) != 0 ? new FileHandle(handle) : null;

    // FATTR_CTIME comes with the writeback cache only, FATTR_LOCKOWNER concerns remote mandatory locks.
    private static SetattrRequest MeaningOf(in FuseSetattrIn arguments)
    {
        FuseSetattrValid valid = arguments.Valid;
        return new SetattrRequest
        {
            Mode = (valid & FuseSetattrValid.FATTR_MODE) != 0 ? arguments.Mode : null,
            Uid = (valid & FuseSetattrValid.FATTR_UID) != 0 ? arguments.Uid : null,
            Gid = (valid & FuseSetattrValid.FATTR_GID) != 0 ? arguments.Gid : null,
            Size = (valid & FuseSetattrValid.FATTR_SIZE) != 0 ? arguments.Size : null,
            Atime = (valid & FuseSetattrValid.FATTR_ATIME) != 0
                ? TimeOf(arguments.Atime, arguments.Atimensec, (valid & FuseSetattrValid.FATTR_ATIME_NOW) != 0)
                : null,
            Mtime = (valid & FuseSetattrValid.FATTR_MTIME) != 0
                ? TimeOf(arguments.Mtime, arguments.Mtimensec, (valid & FuseSetattrValid.FATTR_MTIME_NOW) != 0)
                : null,
            KillSuidgid = (valid & FuseSetattrValid.FATTR_KILL_SUIDGID) != 0,
            Handle = (valid & FuseSetattrValid.FATTR_FH) != 0 ? new FileHandle(arguments.Fh) : null,
        };
    }

    // The kernel sends its signed seconds in an unsigned field.
    private static TimeRequest TimeOf(ulong seconds, uint nanoseconds, bool now) =>
        new(new Timespec((long)seconds, nanoseconds).ToNanoseconds(), now);
}
