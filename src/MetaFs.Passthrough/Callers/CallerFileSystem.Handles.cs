// Operations that need no identity of their own: through a handle that was opened under one, or none of the share's business.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Callers;

public sealed partial class CallerFileSystem
{
    /// <inheritdoc/>
    public void Init(IFuseConnection connection) => fileSystem.Init(connection);

    /// <inheritdoc/>
    public void Destroy() => fileSystem.Destroy();

    /// <inheritdoc/>
    public void Forget(NodeId node, ulong nlookup) => fileSystem.Forget(node, nlookup);

    /// <inheritdoc/>
    public Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read) =>
        fileSystem.Read(context, node, handle, offset, buffer, out read);

    /// <inheritdoc/>
    public Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written) =>
        fileSystem.Write(context, node, handle, request, data, out written);

    /// <inheritdoc/>
    public Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner) =>
        fileSystem.Flush(context, node, handle, lockOwner);

    /// <inheritdoc/>
    public Errno Release(in RequestContext context, NodeId node, FileHandle handle) =>
        fileSystem.Release(context, node, handle);

    /// <inheritdoc/>
    public Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        fileSystem.Fsync(context, node, handle, dataOnly);

    /// <inheritdoc/>
    public Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer) =>
        fileSystem.Readdir(context, node, handle, offset, ref buffer);

    /// <inheritdoc/>
    public Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle) =>
        fileSystem.Releasedir(context, node, handle);

    /// <inheritdoc/>
    public Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        fileSystem.Fsyncdir(context, node, handle, dataOnly);

    /// <inheritdoc/>
    public Errno Syncfs(in RequestContext context, NodeId node) => fileSystem.Syncfs(context, node);

    /// <inheritdoc/>
    public Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs) =>
        fileSystem.Statfs(context, node, out statfs);

    /// <inheritdoc/>
    public Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode) =>
        fileSystem.Fallocate(context, node, handle, offset, length, mode);

    /// <inheritdoc/>
    public Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result) =>
        fileSystem.Lseek(context, node, handle, offset, whence, out result);

    /// <inheritdoc/>
    public Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, NodeId nodeOut,
        FileHandle handleOut, ulong offsetOut, ulong length, out ulong copied) =>
        fileSystem.CopyFileRange(context, node, handle, offset, nodeOut, handleOut, offsetOut, length, out copied);

    /// <inheritdoc/>
    public Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength) =>
        fileSystem.Ioctl(context, node, handle, command, input, output, out outputLength);
}
