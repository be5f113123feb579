using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Setattr(in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr)
    {
        attr = default;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        lock (inode)
        {
            Errno errno = OpenForChange(inode, request, out SafeFd? fd, out bool owned, out Statx stat);
            if (errno != Errno.OK)
                return errno;
            try
            {
                errno = Change(inode, request, fd, context.Uid, ref stat);
            }
            finally
            {
                if (owned)
                    fd!.Dispose();
            }

            if (errno == Errno.OK)
            {
                // Whoever makes a file sets its attributes before he closes it, and maps it after he has made it longer: asking
                // again after each chmod, chown and utimens cost tar a GETATTR per file, and cp -a two.
                attr = AttrOf(inode, stat);
                if (request.Size is null && IsOnlyBeingMade(inode))
                    (attr.AttrValid, attr.AttrValidNsec) = Timeout(_options.AttrTimeout);
            }

            return errno;
        }
    }

    private static bool IsOnlyBeingMade(Node inode)
    {
        for (OpenFile? open = inode.Open?.First; open is not null; open = open.Next)
        {
            if (open is { IsWritable: true, IsMaker: false })
                return false;
        }

        return true;
    }

    // The open file of the call, where it came through one; else the inode by name, for writing if its length changes.
    private Errno OpenForChange(
        Node inode, in SetattrRequest request, out SafeFd? fd, out bool owned, out Statx stat)
    {
        owned = false;

        // The kernel truncates files only; a placeholder's data is nobody's.
        if (request.Size is not null && inode.Guard.FileType != FileMode.S_IFREG)
        {
            fd = null;
            stat = default;
            return inode.IsDirectory ? Errno.EISDIR : Errno.EINVAL;
        }

        if (request.Handle is { } handle && _files.TryGet(handle, out OpenFile? file)
            && ReferenceEquals(file.Node, inode) && (file.IsWritable || request.Size is null))
        {
            fd = file.Fd;
            return ShareView.Held(inode, fd, out stat);
        }

        // Programs that make a file set its attributes before they close it. The monitor keeps the handle open.
        if (request.Size is null && inode.Open?.First is { } open)
        {
            fd = open.Fd;
            return ShareView.Held(inode, fd, out stat);
        }

        OpenFlags flags = request.Size is null ? OpenFlags.O_PATH : OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK;
        Errno errno = OpenNode(inode, flags, out SafeFd opened, out stat);
        owned = errno == Errno.OK;
        fd = owned ? opened : null;
        if (errno == Errno.ESTALE && inode.IsRemoved && request.Size is null)
        {
            // Referenced without a handle (O_PATH, a working directory): only the record can still change.
            stat = inode.RemovedStat;
            return Errno.OK;
        }

        return errno;
    }

    private Errno Change(Node inode, in SetattrRequest request, SafeFd? fd, uint caller, ref Statx stat)
    {
        EffectiveAttributes before = Effective(inode, ref stat);
        ModeValue? mode = inode.Record?.Mode;
        uint group = GroupOnShare(inode);
        Errno errno = Errno.OK;
        if (request.Mode is { } wanted && _options.Chmod == SetPolicy.Try)
        {
            bool isWhole = AttributeChange.IsWhole(inode, wanted, before, stat, group);
            errno = HoldMode(inode, fd, stat, before.Mode, isWhole);
        }

        if (errno != Errno.OK)
            return errno;
        var change = new AttributeChange(inode, _options, fd, stat) { GroupOnShare = group };
        bool isChown = request.Uid is not null || request.Gid is not null;
        if (isChown || request.Size is not null)
            errno = EndRecordedPrivileges(inode, ref change, kills: isChown || request.KillSuidgid);
        if (errno == Errno.OK)
            errno = Apply(ref change, request, fd);
        if (errno != Errno.OK)
        {
            KeepRecordedMode(inode, fd, stat, mode);
            return errno;
        }

        stat = change.Share;
        return SaveChange(inode, ref change, before.Ctime, fd, caller);
    }

    private static Errno Apply(ref AttributeChange change, in SetattrRequest request, SafeFd? fd)
    {
        Errno errno = Truncate(ref change, request, fd);
        bool isChown = request.Uid is not null || request.Gid is not null;
        if (errno == Errno.OK && isChown)
            errno = change.Chown(request.Uid, request.Gid);
        if (errno == Errno.OK && request.Mode is { } mode)
            errno = change.Chmod(mode);
        else if (errno == Errno.OK && (isChown || IsKillOnly(request)))
            errno = change.KillSuidgid();
        if (errno == Errno.OK && (request.Atime is not null || request.Mtime is not null))
            errno = change.Utimens(request.Atime, request.Mtime);
        return errno;
    }

    private static Errno Truncate(ref AttributeChange change, in SetattrRequest request, SafeFd? fd)
    {
        if (request.Size is not { } size || fd is null)
            return Errno.OK;
        Errno errno = Libc.Ftruncate(fd, size);
        if (errno == Errno.ENOSPC && IsLongerThanShare(fd, size))
            return Errno.EFBIG;
        if (errno == Errno.OK)
            errno = change.Restat();
        if (errno != Errno.OK)
            return errno;
        change.VoidTimes();
        return request.KillSuidgid ? change.KillSuidgid() : Errno.OK;
    }

    // Samba has one status for EFBIG and ENOSPC, NT_STATUS_DISK_FULL. What is longer than the whole share is too long.
    private static bool IsLongerThanShare(SafeFd fd, ulong size) =>
        Libc.Fstatfs(fd, out Statfs statfs) == Errno.OK
        && size > (UInt128)statfs.Blocks * (ulong)(statfs.Frsize > 0 ? statfs.Frsize : statfs.Bsize);

    // With FUSE_HANDLE_KILLPRIV_V2 the kernel takes ATTR_KILL_SUID and ATTR_KILL_SGID out of a request and sends what is
    // left (fs/fuse/dir.c, fuse_setattr): nothing. It comes from chown(-1, -1) and from writes to a passed-through file.
    private static bool IsKillOnly(in SetattrRequest request) =>
        request is { Mode: null, Uid: null, Gid: null, Size: null, Atime: null, Mtime: null };

    private Errno SaveChange(
        Node inode, ref AttributeChange change, long ctimeBefore, SafeFd? fd, uint? caller = null,
        ReadOnlySpan<XattrChange> xattrs = default)
    {
        InodeRecord? old = inode.Record;
        Errno errno = Errno.OK;
        if (!xattrs.IsEmpty && KindsAfter(inode, xattrs, out XattrKinds kinds) is var looked && (errno = looked) == Errno.OK)
            change.SetXattrs(kinds);
        if (errno != Errno.OK)
            return errno;
        if (old is null && !change.Draft.IsRecorded)
            return Errno.OK;
        if (old is null && fd is not null)
            inode.Volume.KeepBirthTime(fd, change.Share);
        long now = Libc.RealtimeNanoseconds();
        change.Witness(now);
        RecordDraft draft = change.Draft;

        // What only the record shows must still move ctime, and never backwards, whatever the share's clock says: one
        // that is behind does not get past what was shown already.
        bool isMoved = !draft.IsRecorded && change.Share.CtimeNs > ctimeBefore;
        long ctime = isMoved ? old!.Ctime : Math.Max(now, ctimeBefore + 1);
        InodeGuard guard = old?.Guard ?? GuardOf(inode, change.Share, fd);
        InodeRecord record = draft.Finish(guard, HintOf(inode), ctime, now, caller);
        bool isNeeded = !record.IsEmpty || record.Ctime > change.Share.CtimeNs;
        return Save(inode, isNeeded ? record : null, xattrs);
    }

    private static InodeGuard GuardOf(Node inode, in Statx stat, SafeFd? fd) =>
        fd is null ? inode.Volume.GuardOf(stat) : inode.Volume.GuardOf(stat, fd, CString.Empty);
}
