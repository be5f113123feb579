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
    private static readonly OpenFlags s_path = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW;

    /// <inheritdoc/>
    public Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request,
        out FuseEntryOut entry, out FuseOpenOut open)
    {
        entry = default;
        open = default;
        if (HandlesAreUsedUp)
            return Errno.ENFILE;
        Errno errno = LeaseParent(parent, name, Errno.EPERM, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            errno = BirthIn(context, directory, lease.Fd, FileMode.S_IFREG | request.Mode, request.Umask, out Birth birth);
            if (errno != Errno.OK)
                return errno;
            OpenFlags flags = OnShare(request.Flags) | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
            errno = OpenSparing(lease.Fd, name, flags, birth.OnShare(directory) & ModeBits.All, out SafeFd fd);

            // The kernel had no such name, but another host has made it meanwhile.
            if (errno == Errno.EEXIST && !request.Flags.Has(OpenFlags.O_EXCL))
                return CreateFound(context, directory, lease.Fd, name, request, out entry, out open);
            if (errno != Errno.OK)
                return errno;
            errno = AdoptName(directory, lease.Fd, name, fd, birth, out entry, out Node node);
            if (errno == Errno.OK)
                open = Register(node, fd, request.Flags, isMaker: true);
            else
                fd.Dispose();
            return errno;
        }
    }

    /// <inheritdoc/>
    public Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry, out FuseOpenOut open)
    {
        entry = default;
        open = default;
        if (HandlesAreUsedUp)
            return Errno.ENFILE;
        Errno errno = LeaseParent(parent, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            errno = BirthIn(context, directory, lease.Fd, FileMode.S_IFREG | request.Mode, request.Umask, out Birth birth);
            if (errno != Errno.OK)
                return errno;

            // O_EXCL here means that the file may not be linked later (open(2)), so it goes through.
            OpenFlags exclusive = request.Flags & OpenFlags.O_EXCL;
            OpenFlags flags = OnShare(request.Flags) | OpenFlags.O_TMPFILE | exclusive;
            CString dot = CString.FromTerminated(".\0"u8);
            errno = OpenSparing(
                lease.Fd, dot, flags & ~OpenFlags.O_NOFOLLOW, birth.OnShare(directory) & ModeBits.All, out SafeFd fd);
            if (errno != Errno.OK)
                return errno;
            errno = AdoptNameless(directory, fd, birth, out entry, out Node node);
            if (errno == Errno.OK)
                open = Register(node, fd, request.Flags, isMaker: true);
            else
                fd.Dispose();
            return errno;
        }
    }

    /// <inheritdoc/>
    public Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask,
        out FuseEntryOut entry) =>
        Make(context, parent, name, mode, umask, default, rdev, out entry);

    /// <inheritdoc/>
    public Errno Mkdir(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry) =>
        Make(context, parent, name, FileMode.S_IFDIR | mode, umask, default, 0, out entry);

    /// <inheritdoc/>
    public Errno Symlink(in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry) =>
        Make(context, parent, name, FileMode.S_IFLNK | 0x1FF, 0, target, 0, out entry);

    // What has no handle of its own: made by name, then taken hold of by an O_PATH descriptor for its owner's sake.
    private Errno Make(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, CString target, uint device,
        out FuseEntryOut entry)
    {
        entry = default;
        Errno errno = LeaseParent(parent, name, Errno.EPERM, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            errno = BirthIn(context, directory, lease.Fd, mode, umask, out Birth birth);
            if (errno != Errno.OK)
                return errno;
            EmulatedObject? item = null;
            uint permissions = birth.OnShare(directory) & ModeBits.All;
            errno = FileMode.TypeOf(mode) switch
            {
                FileMode.S_IFDIR => Libc.Mkdirat(lease.Fd, name, permissions),
                FileMode.S_IFREG => MakeFile(lease.Fd, name, permissions),
                _ => MakeObject(directory, lease.Fd, name, birth.OnShare(directory), target, device, out item),
            };
            if (errno != Errno.OK)
                return errno;
            errno = OpenSparing(lease.Fd, name, s_path, 0, out SafeFd fd);
            if (errno != Errno.OK)
            {
                TakeBack(lease.Fd, name, mode);
                return errno;
            }

            using (fd)
                return AdoptName(directory, lease.Fd, name, fd, birth, out entry, out _, item);
        }
    }

    private Errno CreateFound(
        in RequestContext context, Node directory, SafeFd directoryFd, CString name, in CreateRequest request,
        out FuseEntryOut entry, out FuseOpenOut open)
    {
        open = default;
        entry = default;
        Errno errno = ShareView.Named(directory, directoryFd, name, out Statx stat);
        if (errno == Errno.OK)
            errno = LookupFound(directory, directoryFd, name, stat, out entry);
        if (errno != Errno.OK)
            return errno;
        var node = new NodeId(entry.Nodeid);
        errno = Open(context, node, request.Flags, request.KillSuidgid, out open);
        if (errno != Errno.OK)
            _nodes.Forget(node, 1);
        else if (IsLentForWriting(open, request.Flags))
            entry.AttrValid = entry.AttrValidNsec = 0;
        return errno;
    }

    private Errno AdoptNameless(
        Node directory, SafeFd fd, in Birth birth, out FuseEntryOut entry, out Node node)
    {
        entry = default;
        node = null!;
        Errno errno = ShareView.Nameless(fd, out Statx stat);
        if (errno == Errno.OK)
            errno = AddNameless(directory.Volume, stat, out node);
        if (errno == Errno.OK)
            errno = AdoptNode(node, fd, birth, ref stat);
        if (errno == Errno.OK)
            entry = EntryOf(node, stat);
        return errno;
    }

    // The process is out of descriptors: those of directories can be had back.
    private Errno OpenSparing(SafeFd directory, CString name, OpenFlags flags, uint mode, out SafeFd fd)
    {
        Errno errno = Libc.Openat(directory, name, flags, mode, out fd);
        if (errno is not (Errno.EMFILE or Errno.ENFILE))
            return errno;
        _directories.Shrink();
        return Libc.Openat(directory, name, flags, mode, out fd);
    }
}
