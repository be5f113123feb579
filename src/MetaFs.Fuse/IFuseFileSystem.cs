// The contract between the protocol layer and a file system: one method per opcode (row 4 of the request's way).
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>What a file system answers. One method per opcode, named after it.</summary>
/// <remarks>
/// <para>Calls come from several worker threads at once. Every method returns an <see cref="Errno"/>, 0 for success;
/// <c>out</c> values count only then. ENOSYS where the kernel is meant to stop asking. Exceptions are bugs: the
/// dispatcher logs them and answers EIO.</para>
/// <para>Names and buffers live in the request's buffer: they are valid until the method returns.</para>
/// <para>Each <see cref="FuseEntryOut"/> that is answered adds one to the node's lookup count. If the kernel has given
/// up on the request meanwhile, the dispatcher takes it back with <see cref="Forget"/>, and an opened handle with
/// <see cref="Release"/> or <see cref="Releasedir"/>.</para>
/// </remarks>
public interface IFuseFileSystem
{
    /// <summary>INIT is done: the connection's limits and the features both sides agreed on.</summary>
    void Init(IFuseConnection connection);

    /// <summary>The last call: the file system is unmounted, or the connection is gone.</summary>
    void Destroy();

    /// <summary>Finds a name in a directory. A missing name may be answered OK with nodeid 0, to be cached.</summary>
    Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry);

    /// <summary>Takes <paramref name="nlookup"/> lookups back. No reply, cannot fail.</summary>
    void Forget(NodeId node, ulong nlookup);

    /// <summary>Reads attributes; <paramref name="handle"/> where the kernel asks for an open file.</summary>
    Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr);

    /// <summary>Changes attributes, and answers all of them as they are then.</summary>
    Errno Setattr(in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr);

    /// <summary>Reads attributes in statx(2) form: the only way to answer a birth time (7.39).</summary>
    Errno Statx(in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx);

    /// <summary>Reads a symbolic link's target, without terminator.</summary>
    Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length);

    /// <summary>Makes a symbolic link.</summary>
    Errno Symlink(in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry);

    /// <summary>Makes a file, fifo, socket or device. <paramref name="umask"/> has not been applied to the mode.</summary>
    Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask, out FuseEntryOut entry);

    /// <summary>Makes a directory. <paramref name="umask"/> has not been applied to the mode.</summary>
    Errno Mkdir(in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry);

    /// <summary>Removes a name that is not a directory's.</summary>
    Errno Unlink(in RequestContext context, NodeId parent, CString name);

    /// <summary>Removes an empty directory.</summary>
    Errno Rmdir(in RequestContext context, NodeId parent, CString name);

    /// <summary>Renames; RENAME without flags, RENAME2 with RENAME_NOREPLACE, RENAME_EXCHANGE or RENAME_WHITEOUT.</summary>
    Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags);

    /// <summary>Gives an inode another name.</summary>
    Errno Link(in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry);

    /// <summary>Opens a file. O_TRUNC comes here (FUSE_ATOMIC_O_TRUNC), O_CREAT and O_EXCL do not.</summary>
    Errno Open(in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open);

    /// <summary>Makes a file, if there is none of that name, and opens it, in one step.</summary>
    Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request,
        out FuseEntryOut entry, out FuseOpenOut open);

    /// <summary>Makes and opens a file without a name (O_TMPFILE, 7.37).</summary>
    Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry, out FuseOpenOut open);

    /// <summary>Reads up to the buffer's length; fewer bytes mean end of file.</summary>
    Errno Read(in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read);

    /// <summary>Writes all of the data, or as much as can be.</summary>
    Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written);

    /// <summary>One close(2) of a handle; its error is the close's.</summary>
    Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner);

    /// <summary>The handle is gone. The kernel does not look at the errno.</summary>
    Errno Release(in RequestContext context, NodeId node, FileHandle handle);

    /// <summary>Makes the file durable.</summary>
    Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly);

    /// <summary>Opens a directory for reading.</summary>
    Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open);

    /// <summary>Adds entries from <paramref name="offset"/> on until the buffer is full; none means the end.</summary>
    Errno Readdir(in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer);

    /// <summary>Like <see cref="Readdir"/>, each entry with its attributes and a lookup (but not "." and "..").</summary>
    Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer);

    /// <summary>The directory handle is gone.</summary>
    Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle);

    /// <summary>Makes a directory durable.</summary>
    Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly);

    /// <summary>Makes the whole file system durable (syncfs(2), 7.34).</summary>
    Errno Syncfs(in RequestContext context, NodeId node);

    /// <summary>Reads the file system's sizes.</summary>
    Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs);

    /// <summary>access(2) without default_permissions. ENOSYS: always allowed, do not ask again.</summary>
    Errno Access(in RequestContext context, NodeId node, uint mask);

    /// <summary>Reads an extended attribute; an empty buffer asks for its size only.</summary>
    /// <returns>OK; ENODATA: not there; ERANGE: the buffer is too small; EOPNOTSUPP.</returns>
    Errno Getxattr(in RequestContext context, NodeId node, CString name, Span<byte> value, out int size);

    /// <summary>Sets an extended attribute; flags are XATTR_CREATE, XATTR_REPLACE or 0.</summary>
    Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid);

    /// <summary>Lists the names of extended attributes, each ended by NUL; an empty buffer asks for the size only.</summary>
    Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size);

    /// <summary>Removes an extended attribute.</summary>
    Errno Removexattr(in RequestContext context, NodeId node, CString name);

    /// <summary>Allocates or punches space; mode is FALLOC_FL_*.</summary>
    Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode);

    /// <summary>SEEK_DATA and SEEK_HOLE.</summary>
    Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result);

    /// <summary>Copies between two open files of this file system.</summary>
    Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset,
        NodeId nodeOut, FileHandle handleOut, ulong offsetOut, ulong length, out ulong copied);

    /// <summary>A restricted ioctl(2): <paramref name="input"/> and <paramref name="output"/> sized by the command.</summary>
    /// <returns>OK with the bytes of <paramref name="output"/> that count; ENOTTY: not a command of ours.</returns>
    Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength);
}
