// From a node to its inode on the share (row 5 of the request's way): by name, by open handle, never by path.
using MetaFs.Linux;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>Looks at a node's inode: under each of its names, then through an open handle.</summary>
    /// <returns>OK; ESTALE: none of them leads to it any more; what the share answered for another trouble.</returns>
    private Errno StatNode(Node node, out Statx stat)
    {
        bool fresh = node.IsClientLate;
        if (node.Id == Fuse.NodeId.Root)
            return ShareView.Held(node, _root, out stat, fresh);

        NodeName? names;
        do
        {
            names = node.Names;
            Errno errno = StatNames(node, names, out stat, fresh);
            if (errno != Errno.ESTALE)
                return errno;
        }
        while (node.HasMovedSince(names));

        for (; names is not null; names = names.Next)
            _nodes.RemoveName(node, names.Parent, names.Name);
        return StatNameless(node, out stat);
    }

    private Errno StatNames(Node node, NodeName? names, out Statx stat, bool fresh = false)
    {
        stat = default;
        for (NodeName? name = names; name is not null; name = name.Next)
        {
            Errno errno = _directories.Lease(name.Parent, out DirectoryLease lease);
            using (lease)
            {
                if (errno == Errno.OK)
                    errno = ShareView.Named(name.Parent, lease.Fd, CString.FromTerminated(name.Name), out stat, fresh, node);
            }

            if (errno == Errno.OK && node.Is(stat))
                return Errno.OK;
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.ENOTDIR or Errno.ESTALE))
                return errno;
        }

        return Errno.ESTALE;
    }

    private static Errno StatNameless(Node node, out Statx stat)
    {
        lock (node)
        {
            stat = node.RemovedStat;
            Errno errno = node.IsRemoved ? Errno.OK : Errno.ESTALE;
            if (node.Open?.First is { } file)
                errno = ShareView.Held(node, file.Fd, out stat);

            // An NFS client keeps a removed open file under another name, and counts that.
            if (errno == Errno.OK && node.IsRemoved)
                stat = stat with { Nlink = 0 };
            return errno;
        }
    }

    /// <summary>Opens a node's inode, and makes sure that it is that one.</summary>
    /// <param name="node">The node.</param>
    /// <param name="flags">Without O_CREAT, O_EXCL and O_TRUNC: a file that took the name must not be touched.</param>
    /// <param name="fd">The caller's to dispose.</param>
    /// <param name="stat">What the share shows of it.</param>
    private Errno OpenNode(Node node, OpenFlags flags, out SafeFd fd, out Statx stat)
    {
        flags |= OpenFlags.O_NOFOLLOW;
        stat = default;
        fd = SafeFd.Invalid;
        if (node.Id == Fuse.NodeId.Root)
            return Verified(node, OpenSparing(_root, CString.FromTerminated(".\0"u8), flags, 0, out fd), ref fd, out stat);
        NodeName? names;
        do
        {
            names = node.Names;
            Errno errno = OpenNames(node, names, flags, out fd, out stat);
            if (errno == Errno.EINVAL && OpenNameless(node, flags, out fd, out stat) == Errno.OK)
                return Errno.OK;
            if (errno != Errno.ESTALE)
                return errno;
        }
        while (node.HasMovedSince(names));
        return OpenNameless(node, flags, out fd, out stat);
    }

    private Errno OpenNames(Node node, NodeName? names, OpenFlags flags, out SafeFd fd, out Statx stat)
    {
        fd = SafeFd.Invalid;
        stat = default;
        Errno answer = Errno.ESTALE;
        for (NodeName? name = names; name is not null; name = name.Next)
        {
            Errno errno = _directories.Lease(name.Parent, out DirectoryLease lease);
            using (lease)
            {
                if (errno == Errno.OK)
                    errno = OpenVerified(node, name, lease.Fd, flags, out fd, out stat);
            }

            // A CIFS server that holds a lease on the inode by one name refuses another one (MS-SMB2 3.3.5.9.8).
            if (errno == Errno.EINVAL && !node.Volume.Facts.IsLocal)
                answer = errno;
            else if (errno is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ESTALE or Errno.ELOOP))
                return errno;
        }

        return answer;
    }

    private Errno OpenVerified(
        Node node, NodeName name, SafeFd directory, OpenFlags flags, out SafeFd fd, out Statx stat)
    {
        stat = default;
        CString bytes = CString.FromTerminated(name.Name);
        Errno errno = OpenSparing(directory, bytes, flags, 0, out fd);
        return errno == Errno.OK
            ? Judged(node, ShareView.Opened(name.Parent, bytes, fd, out stat, node), ref fd, stat)
            : errno;
    }

    // A file without a name is opened again through one of its handles.
    private static Errno OpenNameless(Node node, OpenFlags flags, out SafeFd fd, out Statx stat)
    {
        fd = SafeFd.Invalid;
        stat = default;
        lock (node)
        {
            return node.Open?.First is { } file
                ? Verified(node, Libc.Reopen(file.Fd, flags, out fd), ref fd, out stat)
                : Errno.ESTALE;
        }
    }

    private static Errno Verified(Node node, Errno opened, ref SafeFd fd, out Statx stat)
    {
        stat = default;
        return opened == Errno.OK ? Judged(node, ShareView.Held(node, fd, out stat), ref fd, stat) : opened;
    }

    private static Errno Judged(Node node, Errno errno, ref SafeFd fd, in Statx stat)
    {
        if (errno == Errno.OK && node.Is(stat))
            return Errno.OK;
        fd.Dispose();
        fd = SafeFd.Invalid;
        return errno == Errno.OK ? Errno.ESTALE : errno;
    }
}
