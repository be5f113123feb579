using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>What a file system may do with its connection to the kernel after INIT.</summary>
public interface IFuseConnection
{
    /// <summary>The features both sides agreed on.</summary>
    FuseInitFlags Features { get; }

    /// <summary>The protocol minor both sides speak: 31 to 45.</summary>
    uint Minor { get; }

    /// <summary>What the server has done so far.</summary>
    FuseStatistics Statistics { get; }

    /// <summary>Lends a file to the kernel for FOPEN_PASSTHROUGH (FUSE_DEV_IOC_BACKING_OPEN).</summary>
    /// <remarks>Not yet from within <see cref="IFuseFileSystem.Init"/>: the kernel has not seen the answer then.</remarks>
    /// <returns>OK; EPERM: no CAP_SYS_ADMIN; ELOOP: the share is itself stacked too deep; EOPNOTSUPP: not agreed on.</returns>
    Errno BackingOpen(SafeFd file, out int backingId);

    /// <summary>Takes a backing id back (FUSE_DEV_IOC_BACKING_CLOSE). Open files keep what they have.</summary>
    Errno BackingClose(int backingId);

    /// <summary>Drops the kernel's cached attributes and, for a length other than negative, data of a node.</summary>
    /// <remarks>
    /// The kernel takes the inode's page locks: never from within an operation on that inode, and with nothing locked
    /// that an operation needs, or both wait for each other. A thread of one's own is the safe place.
    /// </remarks>
    /// <returns>OK; ENOENT: the kernel does not know the node.</returns>
    Errno InvalidateInode(NodeId node, long offset, long length);

    /// <summary>Drops a cached name.</summary>
    /// <remarks>
    /// The kernel takes the directory's lock, which the caller of LOOKUP, CREATE, UNLINK, RENAME and the like in it
    /// holds: never from within an operation, and with nothing locked that an operation needs.
    /// </remarks>
    /// <returns>OK; ENOENT: the kernel does not know the directory or the name.</returns>
    Errno InvalidateEntry(NodeId parent, CString name);
}
