using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>fuse_setattr_in.valid</c>.</summary>
[Flags]
internal enum FuseSetattrValid : uint
{
    FATTR_MODE = 1 << 0,
    FATTR_UID = 1 << 1,
    FATTR_GID = 1 << 2,
    FATTR_SIZE = 1 << 3,
    FATTR_ATIME = 1 << 4,
    FATTR_MTIME = 1 << 5,
    FATTR_FH = 1 << 6,
    FATTR_ATIME_NOW = 1 << 7,
    FATTR_MTIME_NOW = 1 << 8,
    FATTR_LOCKOWNER = 1 << 9,
    FATTR_CTIME = 1 << 10,
    FATTR_KILL_SUIDGID = 1 << 11,
}

/// <summary><c>struct fuse_setattr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 88)]
internal struct FuseSetattrIn
{
    public FuseSetattrValid Valid;
    public uint Padding;
    public ulong Fh;
    public ulong Size;
    public ulong LockOwner;
    public ulong Atime;
    public ulong Mtime;
    public ulong Ctime;
    public uint Atimensec;
    public uint Mtimensec;
    public uint Ctimensec;
    public uint Mode;
    public uint Unused4;
    public uint Uid;
    public uint Gid;
    public uint Unused5;
}
