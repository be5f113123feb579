using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = default;
        Errno errno = StatFor(node, handle, out Node inode, out Statx stat);
        if (errno == Errno.OK)
            attr = AttrOf(inode, stat);
        return errno;
    }

    /// <inheritdoc/>
    public Errno Statx(
        in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx)
    {
        statx = default;
        Errno errno = StatFor(node, handle, out Node inode, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        EffectiveAttributes effective = Effective(inode, ref stat);
        stat = WithoutHiddenNow(inode, stat);
        (statx.AttrValid, statx.AttrValidNsec) = Timeout(AttrTimeoutOf(inode));
        statx.Stat = AttributeMerge.ToFuseStatx(stat, effective, inode.Volume.ShownIno(inode.Ino));
        return Errno.OK;
    }

    /// <inheritdoc/>
    public Errno Access(in RequestContext context, NodeId node, uint mask)
    {
        // With default_permissions the kernel answers by itself and never asks; without, the mounter is to the overlay
        // what root is to a file system: read and write always, execute where anybody may.
        const uint execute = 1;
        if ((mask & execute) == 0)
            return Errno.OK;
        Errno errno = StatFor(node, null, out Node inode, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        uint mode = Effective(inode, ref stat).Mode;
        bool anybody = inode.IsDirectory || (mode & (FileMode.S_IXUSR | FileMode.S_IXGRP | FileMode.S_IXOTH)) != 0;
        return anybody ? Errno.OK : Errno.EACCES;
    }

    private Errno StatFor(NodeId id, FileHandle? handle, out Node node, out Statx stat)
    {
        stat = default;
        if (!_nodes.TryGet(id, out Node? found))
        {
            node = null!;
            return Errno.ESTALE;
        }

        node = found;
        if (found.IsDirectory)
            found.Onlookers.Add();
        if (handle is { } fh && _files.TryGet(fh, out OpenFile? file) && ReferenceEquals(file.Node, found))
            return ShareView.Held(found, file.Fd, out stat);
        return StatNode(found, out stat);
    }

    private FuseAttrOut AttrOf(Node node, in Statx stat)
    {
        Statx shown = stat;
        EffectiveAttributes effective = Effective(node, ref shown);
        shown = WithoutHiddenNow(node, shown);
        var attr = new FuseAttrOut
        {
            Attr = AttributeMerge.ToFuseAttr(shown, effective, node.Volume.ShownIno(node.Ino)),
        };
        (attr.AttrValid, attr.AttrValidNsec) = Timeout(AttrTimeoutOf(node));
        return attr;
    }
}
