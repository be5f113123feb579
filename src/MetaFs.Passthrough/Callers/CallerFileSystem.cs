// -o as=caller: what goes to the share by name goes as the caller; what goes through an open handle went so at its opening.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Callers;

/// <summary>A file system whose operations on the share are judged by the share as its callers' own.</summary>
/// <param name="fileSystem">What does the work.</param>
public sealed partial class CallerFileSystem(IFuseFileSystem fileSystem) : IFuseFileSystem
{
    /// <inheritdoc/>
    public Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        entry = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Lookup(context, parent, name, out entry) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Getattr(context, node, handle, out attr) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Setattr(in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr)
    {
        attr = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Setattr(context, node, request, out attr) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Statx(
        in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx)
    {
        statx = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Statx(context, node, handle, flags, mask, out statx)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        length = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Readlink(context, node, target, out length) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Symlink(in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry)
    {
        entry = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Symlink(context, parent, name, target, out entry) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask,
        out FuseEntryOut entry)
    {
        entry = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Mknod(context, parent, name, mode, rdev, umask, out entry)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Mkdir(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry)
    {
        entry = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Mkdir(context, parent, name, mode, umask, out entry)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Unlink(in RequestContext context, NodeId parent, CString name)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Unlink(context, parent, name) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Rmdir(in RequestContext context, NodeId parent, CString name)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Rmdir(context, parent, name) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Rename(context, parent, name, newParent, newName, flags)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Link(in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry)
    {
        entry = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Link(context, node, newParent, newName, out entry) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Open(in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Open(context, node, flags, killSuidgid, out open) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Create(context, parent, name, request, out entry, out open)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = default;
        open = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Tmpfile(context, parent, request, out entry, out open)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Opendir(context, node, flags, out open) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Readdirplus(context, node, handle, offset, ref buffer)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Access(in RequestContext context, NodeId node, uint mask)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Access(context, node, mask) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Getxattr(in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Getxattr(context, node, name, value, out size) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK
            ? fileSystem.Setxattr(context, node, name, value, flags, killSgid)
            : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = default;
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Listxattr(context, node, names, out size) : caller.Errno;
    }

    /// <inheritdoc/>
    public Errno Removexattr(in RequestContext context, NodeId node, CString name)
    {
        using CallerIdentity caller = CallerIdentity.Assume(context);
        return caller.Errno == Errno.OK ? fileSystem.Removexattr(context, node, name) : caller.Errno;
    }
}
