using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>fuse_setxattr_in.setxattr_flags</c> (7.33).</summary>
[Flags]
internal enum FuseSetxattrFlags : uint
{
    FUSE_SETXATTR_ACL_KILL_SGID = 1 << 0,
}

/// <summary><c>struct fuse_setxattr_in</c>; its second half comes with FUSE_SETXATTR_EXT (7.33) only.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseSetxattrIn
{
    public uint Size;
    public uint Flags;
    public FuseSetxattrFlags SetxattrFlags;
    public uint Padding;
}

/// <summary><c>struct fuse_getxattr_in</c>, also LISTXATTR's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseGetxattrIn
{
    public uint Size;
    public uint Padding;
}

/// <summary><c>struct fuse_getxattr_out</c>: the answer where only the size was asked for.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseGetxattrOut
{
    public uint Size;
    public uint Padding;
}
