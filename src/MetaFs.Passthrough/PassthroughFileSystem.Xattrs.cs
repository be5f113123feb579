using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Getxattr(in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = 0;
        Errno errno = OpenPath(node, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return Libc.Fgetxattr(fd, name, value, out size);
    }

    /// <inheritdoc/>
    public Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid)
    {
        Errno errno = OpenPath(node, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            bool setsMode = PosixAcl.TryReadMode(value, out uint mode, out bool isMinimal)
                && name.Bytes.SequenceEqual("system.posix_acl_access"u8);
            errno = Libc.Fsetxattr(fd, name, value, flags);

            // cp -p sets the mode this way; what is no more than a mode needs no share that keeps ACLs.
            bool isMode = setsMode && (errno == Errno.OK || (isMinimal && errno is Errno.EPERM or Errno.EACCES));
            if (isMode)
                return ChmodByAcl(node, fd, mode, killSgid);
            Outdate(node);
            return errno;
        }
    }

    /// <inheritdoc/>
    public Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = 0;
        Errno errno = OpenPath(node, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return Libc.Flistxattr(fd, names, out size);
    }

    /// <inheritdoc/>
    public Errno Removexattr(in RequestContext context, NodeId node, CString name)
    {
        Errno errno = OpenPath(node, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            errno = Libc.Fremovexattr(fd, name);
            Outdate(node);
            return errno;
        }
    }

    /// <inheritdoc/>
    public Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        length = 0;
        Errno errno = OpenPath(node, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return Libc.Readlinkat(fd, CString.Empty, target, out length);
    }

    /// <inheritdoc/>
    public Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = default;
        Errno errno = Libc.Fstatfs(_root, out Statfs share);
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

    private Errno ChmodByAcl(NodeId id, SafeFd fd, uint permissions, bool killSgid)
    {
        if (!_nodes.TryGet(id, out Node? inode))
            return Errno.ESTALE;
        lock (inode)
        {
            Errno errno = ShareView.Held(inode, fd, out Statx stat);
            if (errno != Errno.OK)
                return errno;
            EffectiveAttributes before = Effective(inode, ref stat);
            uint kept = before.Mode & (killSgid ? FileMode.S_ISUID | FileMode.S_ISVTX : ModeBits.All & ~0x1FFu);
            var change = new AttributeChange(inode, _options, fd, stat);
            uint wanted = kept | permissions;
            if (inode.Record?.Mode is not null || (stat.Mode & ModeBits.All) != wanted
                || (before.Mode & ModeBits.All) != wanted)
            {
                errno = change.Chmod(wanted);
            }

            if (errno == Errno.OK)
                errno = SaveChange(inode, ref change, before.Ctime, fd);
            if (errno == Errno.OK)
                Outdate(id);
            return errno;
        }
    }

    private Errno OpenPath(NodeId node, out SafeFd fd)
    {
        fd = SafeFd.Invalid;
        return _nodes.TryGet(node, out Node? inode) ? OpenNode(inode, OpenFlags.O_PATH, out fd, out _) : Errno.ESTALE;
    }
}
