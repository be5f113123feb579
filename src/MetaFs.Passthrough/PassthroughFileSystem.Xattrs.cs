// Extended attributes: the share's, and those that it does not hold. A name is in one place only.
using System.Buffers;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // After ENOSYS the kernel itself says EOPNOTSUPP, each of the four operations by its own (fs/fuse/xattr.c).
    private bool HasNoXattrs => _options.Xattrs == XattrPolicy.None;

    /// <inheritdoc/>
    public Errno Getxattr(in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = 0;
        if (HasNoXattrs)
            return Errno.ENOSYS;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        XattrKinds kind = XattrName.KindOf(name.Bytes);
        if (kind == XattrKinds.None)
        {
            return XattrName.IsBare(name.Bytes)
                ? Errno.EINVAL
                : GetFromShare(inode, AbsentXattrs.None, name, value, out size);
        }

        return XattrName.IsAcl(kind)
            ? GetAcl(inode, kind, name, value, out size)
            : GetXattr(inode, kind, name, value, out size);
    }

    /// <inheritdoc/>
    public Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid)
    {
        if (HasNoXattrs)
            return Errno.ENOSYS;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        XattrKinds kind = XattrName.KindOf(name.Bytes);
        Errno errno = MayChange(context, inode, kind, name);
        if (errno != Errno.OK)
            return errno;
        lock (inode)
        {
            errno = OpenForChange(inode, default, out SafeFd? fd, out bool owned, out Statx stat);
            if (errno != Errno.OK)
                return errno;
            using (owned ? fd : null)
            {
                if (kind == XattrKinds.None)
                    errno = fd is null ? Errno.ESTALE : Libc.Fsetxattr(fd, name, value, flags);
                else if (XattrName.IsAcl(kind))
                    errno = SetAcl(inode, kind, fd, stat, value, killSgid, context.Uid);
                else
                    errno = SetXattr(inode, kind, name, fd, stat, value, flags, context.Uid);
            }

            Outdate(node);
            return errno;
        }
    }

    /// <inheritdoc/>
    public Errno Removexattr(in RequestContext context, NodeId node, CString name)
    {
        if (HasNoXattrs)
            return Errno.ENOSYS;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        XattrKinds kind = XattrName.KindOf(name.Bytes);
        Errno errno = MayChange(context, inode, kind, name);
        if (errno != Errno.OK)
            return errno;
        lock (inode)
        {
            errno = OpenForChange(inode, default, out SafeFd? fd, out bool owned, out Statx stat);
            if (errno != Errno.OK)
                return errno;
            using (owned ? fd : null)
            {
                if (kind == XattrKinds.None)
                    errno = fd is null ? Errno.ESTALE : Libc.Fremovexattr(fd, name);
                else
                    errno = RemoveXattr(inode, kind, name, fd, stat, context.Uid);
            }

            Outdate(node);

            // Taking an ACL away that is not there is no error, as on a local file system.
            return errno == Errno.ENODATA && XattrName.IsAcl(kind) ? Errno.OK : errno;
        }
    }

    /// <inheritdoc/>
    public Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        length = 0;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        Errno errno = OpenNode(inode, OpenFlags.O_PATH, out SafeFd fd, out _);
        using (fd)
        {
            if (inode.IsPlaceholder)
                return ReadPlaceholder(inode, errno, fd, target, out length);
            return errno == Errno.OK ? Libc.Readlinkat(fd, CString.Empty, target, out length) : errno;
        }
    }

    /// <inheritdoc/>
    public Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = default;
        Errno errno = StatfsOf(node, out Statfs share);
        if (errno != Errno.OK)
            return errno;
        statfs.St = new FuseKstatfs
        {
            Blocks = share.Blocks,
            Bfree = share.Bfree,
            Bavail = share.Bavail,
            Files = share.Files,
            Ffree = share.Ffree,
            Bsize = (uint)share.Bsize,
            Namelen = (uint)share.Namelen,
            Frsize = (uint)share.Frsize,
        };
        return Errno.OK;
    }

    // A mount inside the share has its own numbers.
    private Errno StatfsOf(NodeId node, out Statfs statfs)
    {
        statfs = default;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        if (inode.Volume.Ordinal == 0)
            return Libc.Fstatfs(_root, out statfs);
        Errno errno = OpenNode(inode, OpenFlags.O_PATH, out SafeFd fd, out _);
        using (fd)
            return errno == Errno.OK ? Libc.Fstatfs(fd, out statfs) : errno;
    }

    // The overlay's, else the share's.
    private Errno GetXattr(Node inode, XattrKinds kind, CString name, Span<byte> value, out int size)
    {
        Errno errno = ReadOverlaid(inode, kind, name.Bytes, value, out XattrState state, out size);
        if (errno != Errno.OK)
            return errno;
        if (state == XattrState.Kept)
            return size > value.Length && !value.IsEmpty ? Errno.ERANGE : Errno.OK;
        if (state == XattrState.Hidden || !AsksShare(inode.Volume, kind, name.Bytes)
            || !XattrName.IsAllowed(kind, inode.Guard.FileType))
            return Errno.ENODATA;
        AbsentXattrs asked = XattrName.AbsenceOf(name.Bytes);
        if (IsAbsent(inode, asked))
            return Errno.ENODATA;
        int version = Volatile.Read(ref inode.XattrVersion);
        errno = GetFromShare(inode, asked, name, value, out size);
        if (errno == Errno.ENODATA)
            RememberAbsent(inode, asked, version);
        return LacksKind(inode, kind, errno) && _options.Xattrs == XattrPolicy.Auto ? Errno.ENODATA : errno;
    }

    private Errno GetFromShare(Node inode, AbsentXattrs asked, CString name, Span<byte> value, out int size)
    {
        size = 0;
        int version = Volatile.Read(ref inode.XattrVersion);
        if (inode.Open is not null)
        {
            lock (inode)
            {
                // What is open needs no opening: the kernel asks so before the first write to a file.
                if (inode.Open?.First is { } open)
                    return Libc.Fgetxattr(open.Fd, name, value, out size);
            }
        }

        Errno errno = OpenNode(inode, OpenFlags.O_PATH, out SafeFd fd, out _);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return GetUnlessUnlisted(inode, fd, asked, name, value, out size, version);
    }

    // On the share if it takes it, which then ends what the overlay had of the name; else in the overlay.
    private Errno SetXattr(
        Node inode, XattrKinds kind, CString name, SafeFd? fd, in Statx stat, ReadOnlySpan<byte> value, int flags, uint caller)
    {
        Errno errno = ReadOverlaid(inode, kind, name.Bytes, [], out XattrState state, out _);
        if (errno != Errno.OK)
            return errno;
        bool exists = state == XattrState.Kept;
        if (fd is not null && AsksShare(inode.Volume, kind, name.Bytes))
        {
            bool isLocal = inode.Volume.Facts.IsLocal;
            if (!isLocal && flags != 0)
                exists |= state == XattrState.None && Libc.Fgetxattr(fd, name, [], out _) == Errno.OK;
            if ((state != XattrState.None || !isLocal) && FlagsForbid(flags, exists) is var forbidden && forbidden != Errno.OK)
                return forbidden;
            errno = isLocal
                ? Libc.Fsetxattr(fd, name, value, state == XattrState.None ? flags : 0)
                : XattrTrial.Set(fd, name, value, inode.Volume.Facts);
            if (errno == Errno.OK && state != XattrState.None)
                return SaveXattrs(inode, fd, stat, [XattrChange.Delete(name.Bytes.ToArray())], caller);
            if (!IsLeftToOverlay(inode, stat, kind, errno))
                return errno;
            exists |= isLocal && state == XattrState.None && Libc.Fgetxattr(fd, name, [], out _) == Errno.OK;
        }
        else if (_options.Xattrs == XattrPolicy.Share)
        {
            return fd is null ? Errno.ESTALE : Errno.EOPNOTSUPP;
        }

        errno = FlagsForbid(flags, exists);
        return errno != Errno.OK
            ? errno
            : SaveXattrs(inode, fd, stat, [XattrChange.Set(name.Bytes.ToArray(), value.ToArray())], caller);
    }

    private Errno RemoveXattr(Node inode, XattrKinds kind, CString name, SafeFd? fd, in Statx stat, uint caller)
    {
        Errno errno = ReadOverlaid(inode, kind, name.Bytes, [], out XattrState state, out _);
        if (errno != Errno.OK)
            return errno;
        bool exists = state == XattrState.Kept;
        bool stays = false;
        if (fd is not null && AsksShare(inode.Volume, kind, name.Bytes))
        {
            errno = Libc.Fremovexattr(fd, name);
            if (errno == Errno.OK)
                exists |= state == XattrState.None;
            else if (IsLeftToOverlay(inode, stat, kind, errno))
                stays = Libc.Fgetxattr(fd, name, [], out _) == Errno.OK;
            else if (errno != Errno.ENODATA)
                return errno;
        }
        else if (_options.Xattrs == XattrPolicy.Share)
        {
            return fd is null ? Errno.ESTALE : Errno.EOPNOTSUPP;
        }

        if (!exists && (!stays || state == XattrState.Hidden))
            return Errno.ENODATA;
        if (state == XattrState.None && !stays)
            return Errno.OK;
        byte[] bytes = name.Bytes.ToArray();
        return SaveXattrs(inode, fd, stat, [stays ? XattrChange.Hide(bytes) : XattrChange.Delete(bytes)], caller);
    }

    private static Errno FlagsForbid(int flags, bool exists)
    {
        if (exists && (flags & Libc.XATTR_CREATE) != 0)
            return Errno.EEXIST;
        return !exists && (flags & Libc.XATTR_REPLACE) != 0 ? Errno.ENODATA : Errno.OK;
    }

    // The kernel leaves system.* to the file system, and the daemon may do more on the share than who asks here:
    // system.nfs4_acl and system.cifs_acl would give any file away.
    private Errno MayChange(in RequestContext context, Node inode, XattrKinds kind, CString name)
    {
        if (kind != XattrKinds.None)
            return XattrName.IsAllowed(kind, inode.Guard.FileType) ? Errno.OK : Errno.EPERM;
        if (XattrName.IsBare(name.Bytes))
            return Errno.EINVAL;
        bool mayAll = context.Uid == 0 || _options.MounterIsRoot;
        return mayAll || !name.Bytes.StartsWith("system."u8) ? Errno.OK : Errno.EOPNOTSUPP;
    }

    private bool AsksShare(ShareVolume volume, XattrKinds kind, ReadOnlySpan<byte> name) => _options.Xattrs switch
    {
        XattrPolicy.Share => !XattrName.IsControl(volume.Facts, name),
        XattrPolicy.Overlay => false,
        _ => !volume.Lacks(kind) && !XattrName.IsControl(volume.Facts, name),
    };

    // A share may lack a name space, forbid it to the daemon, or have less room for a value than the kernel hands on: ext4 and
    // XFS have that of a block or so for all of one inode, and say ENOSPC of it on an empty disk. What is immutable is so to
    // everybody.
    private bool IsLeftToOverlay(Node inode, in Statx stat, XattrKinds kind, Errno errno)
    {
        LacksKind(inode, kind, errno);
        return _options.Xattrs == XattrPolicy.Auto && !(errno == Errno.EPERM && stat.IsImmutableOrAppend)
            && (Evidence.IsRefusal(errno) || errno is Errno.E2BIG or Errno.ERANGE
                || (errno == Errno.ENOSPC && HasRoom(inode)));
    }

    private bool HasRoom(Node inode) => StatfsOf(inode.Id, out Statfs statfs) == Errno.OK && statfs.Bavail > 0;

    // Of a special file it proves nothing for others.
    private static bool LacksKind(Node inode, XattrKinds kind, Errno errno)
    {
        if (errno is not (Errno.EOPNOTSUPP or Errno.ENOSYS))
            return false;
        if (inode.Guard.FileType is FileMode.S_IFREG or FileMode.S_IFDIR)
            inode.Volume.LearnLack(kind);
        return true;
    }
}
