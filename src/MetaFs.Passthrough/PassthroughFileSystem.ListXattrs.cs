using System.Buffers;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = 0;
        if (HasNoXattrs)
            return Errno.ENOSYS;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        Errno errno = OverlaidNames(inode, out IReadOnlyList<OverlaidXattr> overlaid);
        if (errno != Errno.OK)
            return errno;
        byte[] listed = ArrayPool<byte>.Shared.Rent(2 * XattrLimits.Names);
        try
        {
            // Root may read trusted.*, so it is told of it (xattr(7)); of others FUSE knows no capabilities.
            bool isPrivileged = context.Uid == 0;
            errno = ListShare(inode, overlaid, isPrivileged, listed, out size);
            if (errno != Errno.OK)
                return errno;
            size = Append(overlaid, isPrivileged, listed, size);
            if (size > XattrLimits.Names)
                return Errno.E2BIG;
            if (names.IsEmpty)
                return Errno.OK;
            if (size > names.Length)
                return Errno.ERANGE;
            listed.AsSpan(0, size).CopyTo(names);
            return Errno.OK;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(listed);
        }
    }

    // The share's names, less those that are not to be seen, moved together in place.
    private Errno ListShare(
        Node inode, IReadOnlyList<OverlaidXattr> overlaid, bool isPrivileged, Span<byte> listed, out int size)
    {
        size = 0;
        if (_options.Xattrs == XattrPolicy.Overlay)
            return Errno.OK;
        Errno errno = ListOnShare(inode, listed[..XattrLimits.Names], out int found);
        if (errno == Errno.ESTALE && inode.IsRemoved && overlaid.Count > 0)
            return Errno.OK;
        if (errno is Errno.EOPNOTSUPP or Errno.ENOSYS && _options.Xattrs == XattrPolicy.Auto)
            return Errno.OK;
        if (errno != Errno.OK)
            return errno;
        Span<byte> rest = listed[..found];
        while (rest.IndexOf((byte)0) is >= 0 and var end)
        {
            Span<byte> name = rest[..end];
            rest = rest[(end + 1)..];
            if (!IsShown(name, isPrivileged) || !XattrName.IsListed(name)
                || XattrName.IsControl(inode.Volume.Facts, name) || Contains(overlaid, name))
                continue;
            listed.Slice(found - rest.Length - end - 1, end + 1).CopyTo(listed[size..]);
            size += end + 1;
        }

        return Errno.OK;
    }

    private Errno ListOnShare(Node inode, Span<byte> listed, out int found)
    {
        found = 0;
        if (IsAbsent(inode, AbsentXattrs.Listed))
            return Errno.OK;
        int version = Volatile.Read(ref inode.XattrVersion);
        Errno errno = OpenNode(inode, OpenFlags.O_PATH, out SafeFd fd, out _);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            errno = Libc.Flistxattr(fd, listed, out found);
        if (errno == Errno.OK)
            _ = LearnListing(inode, listed[..found], version);
        return errno;
    }

    private int Append(IReadOnlyList<OverlaidXattr> overlaid, bool isPrivileged, Span<byte> listed, int size)
    {
        foreach (OverlaidXattr xattr in overlaid)
        {
            if (xattr.IsHidden || !IsShown(xattr.Name, isPrivileged))
                continue;
            xattr.Name.CopyTo(listed[size..]);
            size += xattr.Name.Length;
            listed[size++] = 0;
        }

        return size;
    }

    private bool IsShown(ReadOnlySpan<byte> name, bool isPrivileged)
    {
        XattrKinds kind = XattrName.KindOf(name);
        return (isPrivileged || kind != XattrKinds.Trusted) && (_options.Acls || !XattrName.IsAcl(kind));
    }

    private static bool Contains(IReadOnlyList<OverlaidXattr> xattrs, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < xattrs.Count; i++)
        {
            if (name.SequenceEqual(xattrs[i].Name))
                return true;
        }

        return false;
    }
}
