// Messages the file system sends of its own accord.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>enum fuse_notify_code</c>: travels in <c>fuse_out_header.error</c>, unique 0.</summary>
internal enum FuseNotifyCode
{
    FUSE_NOTIFY_POLL = 1,
    FUSE_NOTIFY_INVAL_INODE = 2,
    FUSE_NOTIFY_INVAL_ENTRY = 3,
    FUSE_NOTIFY_STORE = 4,
    FUSE_NOTIFY_RETRIEVE = 5,
    FUSE_NOTIFY_DELETE = 6,
    FUSE_NOTIFY_RESEND = 7,
    FUSE_NOTIFY_INC_EPOCH = 8,
    FUSE_NOTIFY_PRUNE = 9,
}

/// <summary><c>struct fuse_notify_inval_inode_out</c> (7.12).</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseNotifyInvalInodeOut
{
    public ulong Ino;
    public long Off;
    public long Len;
}

/// <summary><c>struct fuse_notify_inval_entry_out</c> (7.12); the name and its NUL follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseNotifyInvalEntryOut
{
    public ulong Parent;
    public uint Namelen;
    public uint Flags;
}
