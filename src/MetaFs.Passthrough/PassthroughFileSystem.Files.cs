using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        read = 0;
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;
        while (read < buffer.Length)
        {
            Errno errno = Libc.Pread(file.Fd, buffer[read..], offset + (ulong)read, out int count);
            if (errno != Errno.OK)
                return read > 0 ? Errno.OK : errno;
            if (count == 0)
                break;
            read += count;
        }

        return Errno.OK;
    }

    /// <inheritdoc/>
    public Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written)
    {
        written = 0;
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;
        Errno errno = EndPrivileges(file.Node, file.Fd, request.KillSuidgid);
        if (errno != Errno.OK)
            return errno;
        while (written < data.Length)
        {
            errno = request.Appends
                ? Libc.Append(file.Fd, data[written..], out int count)
                : Libc.Pwrite(file.Fd, data[written..], request.Offset + (ulong)written, out count);
            if (errno != Errno.OK)
            {
                if (written == 0)
                    return errno;
                break;
            }

            written += count;
        }

        return DataChanged(file.Node, file.Fd);
    }

    /// <inheritdoc/>
    public Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly)
    {
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;
        Errno errno = dataOnly ? Libc.Fdatasync(file.Fd) : Libc.Fsync(file.Fd);

        // Also without a record: the change may have been its end. Where nothing has been committed since the last time it
        // makes no system call.
        return errno == Errno.OK && !dataOnly ? ErrnoOf(_store.Sync()) : errno;
    }

    /// <inheritdoc/>
    public Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode)
    {
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;
        Errno errno = EndPrivileges(file.Node, file.Fd, killSuidgid: context.Uid != 0);
        if (errno == Errno.OK)
            errno = Libc.Fallocate(file.Fd, mode, offset, length);
        return errno == Errno.OK ? DataChanged(file.Node, file.Fd) : errno;
    }

    /// <inheritdoc/>
    public Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result)
    {
        result = 0;
        if (!_files.TryGet(handle, out OpenFile? file))
            return Errno.EBADF;
        Errno errno = Libc.Lseek(file.Fd, (long)offset, (int)whence, out long position);
        result = (ulong)position;
        return errno;
    }

    /// <inheritdoc/>
    public Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset,
        NodeId nodeOut, FileHandle handleOut, ulong offsetOut, ulong length, out ulong copied)
    {
        copied = 0;
        if (!_files.TryGet(handle, out OpenFile? source) || !_files.TryGet(handleOut, out OpenFile? target))
            return Errno.EBADF;
        Errno errno = EndPrivileges(target.Node, target.Fd, killSuidgid: context.Uid != 0);
        if (errno == Errno.OK)
            errno = Libc.CopyFileRange(source.Fd, ref offset, target.Fd, ref offsetOut, length, out copied);
        return errno == Errno.OK ? DataChanged(target.Node, target.Fd) : errno;
    }

    /// <summary>Data changed through the mount: recorded times are void.</summary>
    private Errno DataChanged(Node node, SafeFd fd)
    {
        if (node.TimeOnShare is { } time)
            time.IsOutdated = true;
        if (node.Record?.Witness is null)
            return Errno.OK;
        lock (node)
        {
            Errno errno = ShareView.Held(node, fd, out Statx stat);
            if (errno == Errno.OK)
                VoidTimes(node, stat);
            return errno;
        }
    }

    /// <summary>Sets the time of a write where the share would put an older one back; see <see cref="TimeOnShare"/>.</summary>
    private void StampChange(Node node, SafeFd fd)
    {
        lock (node)
        {
            if (node.TimeOnShare is not { IsOutdated: true } time || ShareView.Held(node, fd, out Statx stat) != Errno.OK)
                return;

            // fallocate(2) does not even move it meanwhile. The stamp is one more time that was set: it replaces the first.
            Timespec now = stat.MtimeNs == time.Mtime ? Timespec.Now : Timespec.FromNanoseconds(stat.MtimeNs);

            // sshfs knows no UTIME_OMIT and sets both.
            Timespec atime = node.Volume.Facts.IsFuse ? Timespec.FromNanoseconds(stat.AtimeNs) : Timespec.Omit;
            if (Libc.Utimensat(fd, CString.Empty, atime, now, AtFlags.AT_EMPTY_PATH) != Errno.OK
                || ShareView.Held(node, fd, out stat) != Errno.OK)
                return;
            node.TimeOnShare = new TimeOnShare(stat, Libc.RealtimeNanoseconds());
            _connection?.InvalidateInode(node.Id, -1, 0);
        }
    }
}
