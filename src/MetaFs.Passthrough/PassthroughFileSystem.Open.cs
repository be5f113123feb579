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
    // O_DIRECT would ask alignment of buffers that carry a protocol header. With O_APPEND the pages of a mapping would be
    // written at the end of the file as well, since pwrite(2) then does not look at the offset; each WRITE tells whether it
    // appends. A passed-through file gets both from the kernel. O_NOATIME is the owner's privilege, which the daemon may not
    // have, and a new file need not have it.
    private static readonly OpenFlags s_notOnShare =
        OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_TRUNC | OpenFlags.O_DIRECT | OpenFlags.O_APPEND
        | OpenFlags.O_NOATIME | OpenFlags.O_ASYNC;

    /// <inheritdoc/>
    public Errno Open(in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = default;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;

        // The kernel opens fifos, sockets and devices itself; opening one here would have side effects.
        if (inode.Guard.FileType != FileMode.S_IFREG)
            return Errno.EOPNOTSUPP;
        if (HandlesAreUsedUp)
            return Errno.ENFILE;
        BeginOpening(inode);
        Errno errno = OpenWilling(inode, flags, out SafeFd fd);
        if (errno == Errno.OK && flags.Has(OpenFlags.O_TRUNC))
            errno = TruncateOpened(inode, fd, flags, killSuidgid);
        if (errno == Errno.OK)
        {
            open = Register(inode, fd, flags);

            // What the kernel has of it was to stand for a while.
            if (IsLentForWriting(open, flags))
                _connection!.InvalidateInode(node, -1, 0);
        }
        else
        {
            fd.Dispose();
        }

        EndOpening(inode);
        return errno;
    }

    private static bool IsLentForWriting(in FuseOpenOut open, OpenFlags flags) =>
        flags.AccessMode != OpenFlags.O_RDONLY && (open.OpenFlags & FuseOpenOutFlags.FOPEN_PASSTHROUGH) != 0;

    private bool HandlesAreUsedUp => OpenHandles >= _descriptors.Handles;

    /// <inheritdoc/>
    public Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner)
    {
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;

        if (file.IsWritable && file.Node.TimeOnShare is { IsOutdated: true })
            StampChange(file.Node, file.Fd);

        // A local file system has nothing to report at close; a network one tells there what it could not write.
        return file.IsWritable && !file.Node.Volume.Facts.IsLocal ? Libc.CloseDuplicate(file.Fd) : Errno.OK;
    }

    /// <inheritdoc/>
    public Errno Release(in RequestContext context, NodeId node, FileHandle handle)
    {
        if (!_files.TryRemove(handle, out OpenFile? file))
            return Errno.EBADF;
        Node inode = file.Node;
        if (CloseRegistered(inode, file))
            SettleAfterClose(inode);
        _nodes.DropReference(inode);
        return Errno.OK;
    }

    // The kernel has looked whether the caller may leave out the access time; that the daemon may not is no reason to fail.
    // What can only be appended to (chattr +a) opens in no other way.
    private Errno OpenWilling(Node inode, OpenFlags flags, out SafeFd fd)
    {
        OpenFlags onShare = OnShare(flags);
        Errno errno = OpenNode(inode, onShare | (flags & OpenFlags.O_NOATIME), out fd, out _);
        if (errno == Errno.EPERM && flags.Has(OpenFlags.O_NOATIME))
            errno = OpenNode(inode, onShare, out fd, out _);
        if (errno == Errno.EPERM && flags.Has(OpenFlags.O_APPEND))
            errno = OpenNode(inode, onShare | OpenFlags.O_APPEND, out fd, out _);
        return errno;
    }

    private static OpenFlags OnShare(OpenFlags flags) =>
        (flags & ~s_notOnShare) | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;

    // Linux empties a file that is opened O_RDONLY | O_TRUNC too; ftruncate(2) asks for a descriptor that may write.
    private Errno TruncateOpened(Node inode, SafeFd fd, OpenFlags flags, bool killSuidgid)
    {
        if (flags.AccessMode != OpenFlags.O_RDONLY)
            return Empty(inode, fd, killSuidgid);
        Errno errno = OpenNode(inode, OnShare(OpenFlags.O_WRONLY), out SafeFd writer, out _);
        using (writer)
            return errno == Errno.OK ? Empty(inode, writer, killSuidgid) : errno;
    }

    private Errno Empty(Node inode, SafeFd fd, bool killSuidgid)
    {
        Errno errno = EndPrivileges(inode, fd, killSuidgid);
        if (errno == Errno.OK)
            errno = Libc.Ftruncate(fd, 0);
        return errno == Errno.OK ? DataChanged(inode, fd) : errno;
    }

    // Makes the handle, and settles in which of the kernel's two I/O modes it is; see OpenState.
    private FuseOpenOut Register(Node inode, SafeFd fd, OpenFlags flags, bool isMaker = false)
    {
        bool isWritable = flags.AccessMode != OpenFlags.O_RDONLY;
        var file = new OpenFile(fd, inode, isWritable) { IsMaker = isMaker };
        var open = new FuseOpenOut();
        _nodes.AddReference(inode);
        lock (inode)
        {
            OpenState state = inode.Open ??= new OpenState();
            file.Next = state.First;
            state.First = file;
            if (isWritable)
                state.Writers++;
            if (TryPassThrough(inode, state, fd, flags))
            {
                file.IsPassedThrough = true;
                state.PassedThrough++;
                open.BackingId = state.BackingId;
                open.OpenFlags |= FuseOpenOutFlags.FOPEN_PASSTHROUGH;
            }
            else
            {
                state.Cached++;
            }
        }

        if (!isWritable || inode.Volume.Facts.IsLocal)
            open.OpenFlags |= FuseOpenOutFlags.FOPEN_NOFLUSH;
        open.Fh = _files.Add(file).Value;
        return open;
    }

    private bool TryPassThrough(Node inode, OpenState state, SafeFd fd, OpenFlags flags)
    {
        if (state.PassedThrough > 0)
            return true;

        // The kernel opens the share's file once more with the caller's flags (fs/backing-file.c), and a FUSE server that is
        // asked to open a file with O_TMPFILE answers ENOTDIR.
        if (inode.Volume.Facts.IsFuse && flags.Has(OpenFlags.O_TMPFILE))
            return false;

        // Where the share's own mtime does not tell a change, the writes seen here are the only proof, so they must be seen.
        ShareVolume volume = inode.Volume;
        if (!_passThrough || state.Cached > 0 || volume.LacksPassthrough
            || volume.Facts is { StampsLate: true } or { HidesWrites: true })
            return false;
        Errno errno = _connection!.BackingOpen(fd, out int backingId);
        if (errno == Errno.OK)
        {
            state.BackingId = backingId;
            return true;
        }

        // EPERM: no CAP_SYS_ADMIN here. ELOOP: the share is stacked itself. Neither passes by.
        PassthroughLog.NoPassthrough(_log, errno);
        if (errno == Errno.EPERM)
            _passThrough = false;
        volume.LacksPassthrough = true;
        return false;
    }

    // Closes the share's file under the monitor, so that whoever finds no handle also finds the share without one. Returns
    // whether a recorded time must learn when the last writer was gone.
    private bool CloseRegistered(Node inode, OpenFile file)
    {
        lock (inode)
        {
            OpenState state = inode.Open!;
            Unlink(state, file);
            if (file.IsWritable)
                state.Writers--;
            if (!file.IsPassedThrough)
                state.Cached--;
            else if (--state.PassedThrough == 0)
                _connection!.BackingClose(state.BackingId);
            bool settles = file.IsWritable && state.Writers == 0 && inode.Volume.Facts.StampsLate
                && inode.Record?.Witness is not null;

            // The last handle of a removed file: what the share shows of it now is all that will ever be known.
            if (state.First is null && inode.IsRemoved && ShareView.Held(inode, file.Fd, out Statx last) == Errno.OK)
                inode.KeepRemovedStat(last with { Nlink = 0 });
            file.Fd.Dispose();
            if (inode.Volume.Facts.StampsLate)
                inode.ClosedAt = Libc.RealtimeNanoseconds();
            if (state.First is null)
            {
                inode.Open = null;
                RemoveHidden(inode);
                Monitor.PulseAll(inode);
            }

            return settles;
        }
    }

    private static void Unlink(OpenState state, OpenFile file)
    {
        if (ReferenceEquals(state.First, file))
        {
            state.First = file.Next;
            return;
        }

        for (OpenFile? before = state.First; before is not null; before = before.Next)
        {
            if (ReferenceEquals(before.Next, file))
            {
                before.Next = file.Next;
                return;
            }
        }
    }

    private void SettleAfterClose(Node inode)
    {
        lock (inode)
        {
            if (inode.Record is { Witness: { } witness } record && inode.Open is not { Writers: > 0 })
                Save(inode, record with { Witness = witness with { SettledAt = Libc.RealtimeNanoseconds() } });
        }
    }
}
