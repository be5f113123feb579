using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = default;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        if (inode.IsRemoved)
            return Errno.ENOENT;
        if (HandlesAreUsedUp)
            return Errno.ENFILE;
        Errno errno = _directories.Lease(inode, out DirectoryLease lease);
        using (lease)
            return errno == Errno.OK ? OpenForReading(context.Pid, inode, lease.Fd, out open) : errno;
    }

    /// <inheritdoc/>
    public Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        if (!_openDirectories.TryGet(handle, out OpenDirectory? directory))
            return Errno.EBADF;
        lock (directory)
        {
            Errno errno = Reattach(directory);
            directory.Kept?.Read();
            if (errno == Errno.OK)
                errno = directory.Seek(offset);
            while (errno == Errno.OK && !(directory.IsDrained && buffer.Length > 0))
            {
                errno = directory.Peek(out Dirent entry);
                if (errno != Errno.OK)
                    break;
                if (PassHidden(directory, entry))
                    continue;
                ulong ino = ListedIno(directory.Node, entry);
                if (!buffer.TryAdd(ino, (ulong)entry.Off, TypeOf(directory, entry), entry.NameTerminated[..^1]))
                    return Errno.OK;
                directory.Pass(entry);
            }

            return EndOfListing(errno, buffer);
        }
    }

    /// <inheritdoc/>
    public Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        if (!_openDirectories.TryGet(handle, out OpenDirectory? directory))
            return Errno.EBADF;
        lock (directory)
        {
            Errno errno = Reattach(directory);
            directory.Kept?.Read();
            if (errno == Errno.OK)
                errno = directory.Seek(offset);
            if (offset == 0)
                directory.Begin(_listingHabits.Begin(context.Pid));
            while (errno == Errno.OK && !(directory.IsDrained && buffer.Length > 0))
            {
                errno = directory.Peek(out Dirent entry);
                if (errno != Errno.OK)
                    break;
                if (PassHidden(directory, entry))
                    continue;
                ReadOnlySpan<byte> name = entry.NameTerminated[..^1];
                if (!buffer.HasRoomForPlus(name.Length))
                    return Errno.OK;
                FuseEntryOut found = EntryFor(context.Pid, directory, entry, out byte type);
                buffer.TryAddPlus(found, (ulong)entry.Off, type, name);
                directory.Pass(entry);
            }

            return EndOfListing(errno, buffer);
        }
    }

    /// <inheritdoc/>
    public Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle)
    {
        if (!_openDirectories.TryRemove(handle, out OpenDirectory? directory))
            return Errno.EBADF;
        directory.Kept?.Close();
        directory.Fd.Dispose();
        _nodes.DropReference(directory.Node);
        return Errno.OK;
    }

    /// <inheritdoc/>
    public Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly)
    {
        if (!_openDirectories.TryGet(handle, out OpenDirectory? directory))
            return Errno.EBADF;
        Errno errno;
        lock (directory)
            errno = Reattach(directory) is var attached && attached == Errno.OK ? Libc.Fsync(directory.Fd) : attached;

        // Some network clients cannot sync a directory; their servers do it with each change.
        if (errno is Errno.EINVAL or Errno.EOPNOTSUPP)
            errno = Errno.OK;
        return errno == Errno.OK ? ErrnoOf(_store.Sync()) : errno;
    }

    /// <inheritdoc/>
    public Errno Syncfs(in RequestContext context, NodeId node)
    {
        Errno errno = Libc.Openat(_root, CString.FromTerminated(".\0"u8), OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            errno = Libc.Syncfs(fd);
        return errno == Errno.OK ? ErrnoOf(_store.Sync()) : errno;
    }

    private Errno OpenForReading(uint thread, Node inode, SafeFd pathFd, out FuseOpenOut open)
    {
        open = default;
        CString dot = CString.FromTerminated(".\0"u8);
        Errno errno = OpenSparing(pathFd, dot, OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        open.OpenFlags = MayBeKept(inode) && _listingHabits.Expect(thread) ? KeepListing(thread, inode, fd) : default;
        _nodes.AddReference(inode);
        KeptListing? kept = open.OpenFlags == FuseOpenOutFlags.None ? null : inode.Listing;
        open.Fh = _openDirectories.Add(new OpenDirectory(fd, inode) { Kept = kept }).Value;
        return Errno.OK;
    }

    // Where what is listed cannot change without the directory's ctime: on a file system of this machine, and under the share's
    // own names, numbers and types.
    private static bool MayBeKept(Node directory) =>
        directory.Volume is { Facts.IsLocal: true, IsByName: false, Objects.MayHold: false };

    private FuseOpenOutFlags KeepListing(uint thread, Node directory, SafeFd fd)
    {
        const uint linksWithoutSubdirectories = 2;
        long now = Libc.RealtimeNanoseconds();
        // Who walks a tree wants to know more of subdirectories than their names: a listing from the share brings it along.
        if (Libc.Fstatx(fd, ShareVolume.Mask, out Statx stat) != Errno.OK || stat.Nlink != linksWithoutSubdirectories)
            return FuseOpenOutFlags.None;
        FuseOpenOutFlags flags = directory.Listing.Open(stat, now);
        if (flags.HasFlag(FuseOpenOutFlags.FOPEN_KEEP_CACHE))
        {
            _listingHabits.Begin(thread);
            _listingHabits.LeftOut(thread, directory.Id);
        }

        return flags;
    }

    // What is a plain file on the share may stand for something else.
    private static byte TypeOf(OpenDirectory directory, in Dirent entry)
    {
        if (entry.Type != DirentType.DT_REG || !directory.Node.Volume.Objects.MayHold)
            return entry.Type;
        return ShareView.Named(directory.Node, directory.Fd, entry.Name, out Statx stat) == Errno.OK
            ? FileMode.ToDirentType(stat.Mode)
            : entry.Type;
    }

    // Its descriptor was given back for the directory's removal, which then failed.
    private Errno Reattach(OpenDirectory directory)
    {
        if (directory.IsAttached)
            return Errno.OK;
        Errno errno = _directories.Lease(directory.Node, out DirectoryLease lease);
        using (lease)
        {
            if (errno == Errno.OK)
                errno = OpenSparing(
                    lease.Fd, CString.FromTerminated(".\0"u8), OpenFlags.O_DIRECTORY, 0, out SafeFd fd) is var opened
                    && opened == Errno.OK
                    ? directory.Attach(fd)
                    : opened;
            return errno;
        }
    }

    private FuseEntryOut EntryFor(uint thread, OpenDirectory directory, in Dirent dirent, out byte type)
    {
        FuseEntryOut entry = default;
        if (directory.GoesByName(dirent.Type))
        {
            _listingHabits.LeftOut(thread, directory.Node.Id);
            entry.Attr.Ino = ListedIno(directory.Node, dirent);
            type = TypeOf(directory, dirent);
            return entry;
        }

        entry = EntryIn(directory, dirent);
        type = entry.Nodeid != 0 ? FileMode.ToDirentType(entry.Attr.Mode) : dirent.Type;
        return entry;
    }

    // An entry whose attributes cannot be had goes out by name and type alone; the kernel asks again if it matters.
    private FuseEntryOut EntryIn(OpenDirectory directory, in Dirent dirent)
    {
        FuseEntryOut entry = default;
        if (!dirent.IsDotOrDotDot
            && SettleMoves(directory.Node, dirent.Name) == Errno.OK
            && ShareView.Named(directory.Node, directory.Fd, dirent.Name, out Statx stat) == Errno.OK
            && LookupFound(directory.Node, directory.Fd, dirent.Name, stat, out entry) == Errno.OK)
        {
            return entry;
        }

        entry = default;
        entry.Attr.Ino = ListedIno(directory.Node, dirent);
        return entry;
    }

    // Entries that are already packed must not be lost to an error further on: it comes again at the next call.
    private static Errno EndOfListing(Errno errno, in DirectoryBuffer buffer) =>
        errno is Errno.OK or Errno.ENOENT || buffer.Length > 0 ? Errno.OK : errno;
}
