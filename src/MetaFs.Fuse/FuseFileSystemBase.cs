// A file system that can do nothing: where a small one starts from.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>Answers ENOSYS to every operation; Init, Destroy and Forget do nothing.</summary>
public abstract class FuseFileSystemBase : IFuseFileSystem
{
    /// <inheritdoc/>
    public virtual void Init(IFuseConnection connection)
    {
    }

    /// <inheritdoc/>
    public virtual void Destroy()
    {
    }

    /// <inheritdoc/>
    public virtual Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        entry = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual void Forget(NodeId node, ulong nlookup)
    {
    }

    /// <inheritdoc/>
    public virtual Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Setattr(
        in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr)
    {
        attr = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Statx(
        in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx)
    {
        statx = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        length = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Symlink(
        in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry)
    {
        entry = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask,
        out FuseEntryOut entry)
    {
        entry = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Mkdir(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry)
    {
        entry = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Unlink(in RequestContext context, NodeId parent, CString name) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Rmdir(in RequestContext context, NodeId parent, CString name) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Link(
        in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry)
    {
        entry = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Open(
        in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        read = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written)
    {
        written = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Release(in RequestContext context, NodeId node, FileHandle handle) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Syncfs(in RequestContext context, NodeId node) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = default;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Access(in RequestContext context, NodeId node, uint mask) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Getxattr(
        in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Removexattr(in RequestContext context, NodeId node, CString name) => Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode) =>
        Errno.ENOSYS;

    /// <inheritdoc/>
    public virtual Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result)
    {
        result = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, NodeId nodeOut, FileHandle handleOut,
        ulong offsetOut, ulong length, out ulong copied)
    {
        copied = 0;
        return Errno.ENOSYS;
    }

    /// <inheritdoc/>
    public virtual Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength)
    {
        outputLength = 0;
        return Errno.ENOSYS;
    }
}
