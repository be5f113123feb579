// Making files. The daemon's umask is 0, and the kernel has applied the caller's.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Symlink(
        in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry)
    {
        entry = default;
        PassedCall call = EnterNew(Call.Symlink, parent, name, out SimNode directory);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = FreeName(directory, name);
        if (errno == Errno.OK)
            errno = Libc.Symlinkat(target, directory.Fd, name);
        return call.Answer(errno == Errno.OK ? Adopt(context, directory, name, 0, out entry) : errno);
    }

    /// <inheritdoc/>
    public override Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask,
        out FuseEntryOut entry)
    {
        entry = default;
        PassedCall call = EnterNew(Call.Mknod, parent, name, out SimNode directory, mode);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = FreeName(directory, name);

        // The kernel's 32 bits, new_encode_dev: the minor's low byte, the major, the minor's rest.
        uint minor = (rdev & 0xFF) | ((rdev >> 12) & 0xFFF00);
        if (errno == Errno.OK)
            errno = Libc.Mknodat(directory.Fd, name, mode, DeviceNumber.Make((rdev & 0xFFF00) >> 8, minor));
        return call.Answer(errno == Errno.OK ? Adopt(context, directory, name, mode, out entry) : errno);
    }

    /// <inheritdoc/>
    public override Errno Mkdir(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry)
    {
        entry = default;
        PassedCall call = EnterNew(Call.Mkdir, parent, name, out SimNode directory, mode);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = FreeName(directory, name);
        if (errno == Errno.OK)
            errno = Libc.Mkdirat(directory.Fd, name, mode);
        return call.Answer(errno == Errno.OK ? Adopt(context, directory, name, 0, out entry) : errno);
    }

    /// <inheritdoc/>
    public override Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        PassedCall call = EnterNew(Call.Create, parent, name, out SimNode directory, request.Mode);
        if (call.IsRefused)
            return call.Refuse();
        CString actual = Actual(directory, name);
        Errno errno = _nodes.IsHidden(directory, actual) ? Errno.ENOENT : Errno.OK;
        SafeFd fd = SafeFd.Invalid;
        bool isNew = false;
        if (errno == Errno.OK)
            errno = CreateFile(directory, actual, request, out fd, out isNew);
        if (errno == Errno.OK)
            errno = isNew
                ? Adopt(context, directory, actual, request.Mode, out entry)
                : Entry(directory, actual, out entry);
        if (errno == Errno.OK)
            open = Opened(_nodes.Get(new NodeId(entry.Nodeid)), fd);
        else
            fd.Dispose();
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        CString name = CString.FromTerminated("(tmpfile)\0"u8);
        PassedCall call = EnterNew(Call.Tmpfile, parent, name, out SimNode directory, request.Mode);
        if (call.IsRefused)
            return call.Refuse();
        OpenFlags flags = OpenFlags.O_TMPFILE | request.Flags.AccessMode | (request.Flags & OpenFlags.O_EXCL);
        Errno errno = Libc.Openat(directory.Fd, CString.FromTerminated(".\0"u8), flags, request.Mode, out SafeFd fd);
        if (errno != Errno.OK)
            return call.Answer(errno);
        SimNode? node = null;
        errno = Libc.Reopen(fd, OpenFlags.O_PATH, out SafeFd path);
        if (errno == Errno.OK)
            errno = Own(context, directory, path, request.Mode);
        if (errno == Errno.OK)
            errno = Entry(directory, name, path, out entry, out node);
        if (errno == Errno.OK)
            open = Opened(node!, fd);
        else
            fd.Dispose();
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Link(
        in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry)
    {
        entry = default;
        SimNode file = _nodes.Get(node);
        SimNode directory = _nodes.Get(newParent);
        PassedCall call = _gate.Enter(Call.Link, file.Path, directory.PathOf(newName));
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = FreeName(directory, newName);
        if (errno == Errno.OK)
            errno = Libc.Linkat(file.Fd, CString.Empty, directory.Fd, newName, AtFlags.AT_EMPTY_PATH);
        return call.Answer(errno == Errno.OK ? Entry(directory, newName, out entry) : errno);
    }

    private PassedCall EnterNew(Call call, NodeId parent, CString name, out SimNode directory, uint mode = 0)
    {
        directory = _nodes.Get(parent);
        string details = mode == 0 ? "" : $"mode=0{Convert.ToString(mode, 8)}";
        return _gate.Enter(call, directory.PathOf(name), null, details);
    }

    // A name that differs in case alone takes the place on a share that ignores case.
    private Errno FreeName(SimNode directory, CString name)
    {
        if (_nodes.IsHidden(directory, name))
            return Errno.ENOENT;
        return Actual(directory, name).Bytes.SequenceEqual(name.Bytes) ? Errno.OK : Errno.EEXIST;
    }

    private static Errno CreateFile(
        SimNode directory, CString name, in CreateRequest request, out SafeFd fd, out bool isNew)
    {
        OpenFlags flags = request.Flags & ~(OpenFlags.O_DIRECT | OpenFlags.O_EXCL | OpenFlags.O_APPEND);
        flags |= OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW;
        Errno errno = Libc.Openat(directory.Fd, name, flags | OpenFlags.O_EXCL, request.Mode, out fd);
        isNew = errno == Errno.OK;
        bool mayExist = !request.Flags.Has(OpenFlags.O_EXCL);
        return errno == Errno.EEXIST && mayExist ? Libc.Openat(directory.Fd, name, flags, request.Mode, out fd) : errno;
    }

    // A new file belongs to its maker, as on a share that knows its users.
    private Errno Adopt(
        in RequestContext context, SimNode directory, CString name, uint mode, out FuseEntryOut entry)
    {
        entry = default;
        Errno errno = Libc.Openat(directory.Fd, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        errno = Own(context, directory, fd, mode);
        if (errno == Errno.OK)
            return Entry(directory, name, fd, out entry, out _);
        fd.Dispose();
        return errno;
    }

    private Errno Own(in RequestContext context, SimNode directory, SafeFd fd, uint mode)
    {
        if (!_isRoot)
            return Errno.OK;
        Errno errno = Libc.Fstatx(directory.Fd, Looks, out Statx parent);
        if (errno != Errno.OK)
            return errno;
        uint gid = (parent.Mode & FileMode.S_ISGID) != 0 ? parent.Gid : context.Gid;
        errno = Libc.Fchownat(fd, CString.Empty, context.Uid, gid, AtFlags.AT_EMPTY_PATH);

        // chown(2) has taken these away.
        bool hasSetId = (mode & (FileMode.S_ISUID | FileMode.S_ISGID)) != 0 && FileMode.IsRegular(mode);
        return errno == Errno.OK && hasSetId ? Libc.Fchmod(fd, FileMode.PermissionsOf(mode)) : errno;
    }
}
