using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Open(
        in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = default;
        SimNode file = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Open, file.Path, null, $"flags={flags}");
        if (call.IsRefused)
            return call.Refuse();
        OpenFlags kept = flags
            & ~(OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_TRUNC | OpenFlags.O_DIRECT | OpenFlags.O_APPEND);
        Errno errno = Libc.Reopen(file.Fd, kept, out SafeFd fd);
        if (errno == Errno.OK)
            open = Opened(file, fd);
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        read = 0;
        PassedCall call = EnterFile(Call.Read, node);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Pread(FdOf(handle), buffer, offset, out read));
    }

    /// <inheritdoc/>
    public override Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written)
    {
        written = 0;
        PassedCall call = EnterFile(Call.Write, node);
        if (call.IsRefused)
            return call.Refuse();
        OpenFile file = _files[handle.Value];
        Errno errno = request.Appends
            ? Libc.Append(file.Fd, data, out written)
            : Libc.Pwrite(file.Fd, data, request.Offset, out written);
        if (errno == Errno.OK)
            MarkWritten(file);
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner)
    {
        PassedCall call = EnterFile(Call.Flush, node);
        return call.IsRefused ? call.Refuse() : call.Answer(Errno.OK);
    }

    /// <inheritdoc/>
    public override Errno Release(in RequestContext context, NodeId node, FileHandle handle)
    {
        // The handle goes whatever the answer: nobody asks for it again.
        PassedCall call = EnterFile(Call.Release, node);
        if (_files.TryRemove(handle.Value, out OpenFile? file))
        {
            file.Fd.Dispose();
            if (file.Wrote && _faults.Newest<StampFault>(file.Node.Path) is { } stamp)
                StampAfter(stamp.Nanoseconds, file.Node);
            Closed(file.Node);
        }

        return call.Answer(Errno.OK);
    }

    /// <inheritdoc/>
    public override Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly)
    {
        PassedCall call = EnterFile(Call.Fsync, node);
        if (call.IsRefused)
            return call.Refuse();
        return call.Answer(dataOnly ? Libc.Fdatasync(FdOf(handle)) : Libc.Fsync(FdOf(handle)));
    }

    /// <inheritdoc/>
    public override Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode)
    {
        PassedCall call = EnterFile(Call.Fallocate, node);
        if (call.IsRefused)
            return call.Refuse();
        OpenFile file = _files[handle.Value];
        Errno errno = Libc.Fallocate(file.Fd, mode, offset, length);
        if (errno == Errno.OK)
            MarkWritten(file);
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result)
    {
        result = 0;
        PassedCall call = EnterFile(Call.Lseek, node);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = Libc.Lseek(FdOf(handle), (long)offset, (int)whence, out long position);
        result = (ulong)position;
        return call.Answer(errno);
    }

    /// <inheritdoc/>
    public override Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, NodeId nodeOut, FileHandle handleOut,
        ulong offsetOut, ulong length, out ulong copied)
    {
        copied = 0;
        PassedCall call = _gate.Enter(Call.Copy, _nodes.Get(node).Path, _nodes.Get(nodeOut).Path);
        if (call.IsRefused)
            return call.Refuse();
        OpenFile target = _files[handleOut.Value];
        Errno errno = Libc.CopyFileRange(FdOf(handle), ref offset, target.Fd, ref offsetOut, length, out copied);
        if (errno == Errno.OK)
            MarkWritten(target);
        return call.Answer(errno);
    }

    private PassedCall EnterFile(Call call, NodeId node) => _gate.Enter(call, _nodes.Get(node).Path);

    private FuseOpenOut Opened(SimNode node, SafeFd fd)
    {
        _nodes.CountOpen(node);
        return new FuseOpenOut { Fh = Keep(node, fd).Value };
    }

    private void MarkWritten(OpenFile file)
    {
        file.Wrote = true;
        _nodes.SetStampDue(file.Node, true);
    }

    private void StampAfter(long nanoseconds, SimNode node)
    {
        if (nanoseconds == 0)
        {
            Stamp(node, node.Fd);
            return;
        }

        // A descriptor of its own: the kernel may have forgotten the node by then.
        if (Libc.Reopen(node.Fd, OpenFlags.O_PATH, out SafeFd fd) != Errno.OK)
            return;
        new Thread(() =>
        {
            CallGate.Wait(nanoseconds);
            using (fd)
                Stamp(node, fd);
        })
        { IsBackground = true, Name = "stamp" }.Start();
    }

    private void Stamp(SimNode node, SafeFd fd)
    {
        if (_nodes.TakeStampDue(node))
            _ = Libc.Utimensat(fd, CString.Empty, Timespec.Omit, Timespec.Now, AtFlags.AT_EMPTY_PATH);
    }
}
