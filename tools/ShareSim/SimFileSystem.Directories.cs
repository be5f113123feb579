using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    private const int ListingSize = 32768;

    /// <inheritdoc/>
    public override Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = default;
        SimNode directory = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Opendir, directory.Path);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = OpenDot(directory.Fd, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, out SafeFd fd);
        if (errno == Errno.OK)
            open.Fh = Keep(directory, fd).Value;
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        SimNode directory = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Readdir, directory.Path);
        return call.IsRefused ? call.Refuse() : call.Answer(List(directory, FdOf(handle), (long)offset, ref buffer));
    }

    /// <inheritdoc/>
    public override Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle)
    {
        PassedCall call = EnterFile(Call.Releasedir, node);
        if (_files.TryRemove(handle.Value, out OpenFile? directory))
            directory.Fd.Dispose();
        return call.Answer(Errno.OK);
    }

    /// <inheritdoc/>
    public override Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly)
    {
        PassedCall call = EnterFile(Call.Fsyncdir, node);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Fsync(FdOf(handle)));
    }

    /// <inheritdoc/>
    public override Errno Syncfs(in RequestContext context, NodeId node)
    {
        PassedCall call = EnterFile(Call.Syncfs, node);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = OpenDot(_nodes.Root.Fd, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, out SafeFd fd);
        if (errno != Errno.OK)
            return call.Answer(errno);
        using (fd)
            return call.Answer(Libc.Syncfs(fd));
    }

    // The kernel reads one listing by one call at a time (FUSE_PARALLEL_DIROPS is about LOOKUP and READDIR of others).
    private Errno List(SimNode directory, SafeFd fd, long offset, ref DirectoryBuffer buffer)
    {
        Errno errno = Libc.Fstatx(fd, StatxMask.STATX_INO, out Statx stat);
        if (errno == Errno.OK)
            errno = Libc.Lseek(fd, offset, Libc.SEEK_SET, out _);
        byte[] listing = new byte[ListingSize];
        while (errno == Errno.OK)
        {
            errno = Libc.Getdents64(fd, listing, out int length);
            if (errno != Errno.OK || length == 0)
                return errno;
            foreach (Dirent dirent in new DirentReader(listing.AsSpan(0, length)))
            {
                ulong ino = dirent.IsDotOrDotDot
                    ? dirent.Ino
                    : _shown.InoOf(stat.Dev, dirent.Ino, directory.PathOf(dirent.Name));
                if (!buffer.TryAdd(ino, (ulong)dirent.Off, dirent.Type, dirent.Name.Bytes))
                    return Errno.OK;
            }
        }

        return errno;
    }
}
