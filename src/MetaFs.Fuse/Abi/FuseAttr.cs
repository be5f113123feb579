// Attributes in the two forms the protocol has: fuse_attr everywhere, fuse_statx in STATX only (FuseStatx.cs).
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary>FUSE_GETATTR_*, also in STATX.</summary>
[Flags]
internal enum FuseGetattrFlags : uint
{
    FUSE_GETATTR_FH = 1 << 0,
}

/// <summary><c>fuse_attr.flags</c> (7.32).</summary>
[Flags]
public enum FuseAttrFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>The root of a submount.</summary>
    FUSE_ATTR_SUBMOUNT = 1 << 0,

    /// <summary>Use DAX.</summary>
    FUSE_ATTR_DAX = 1 << 1,
}

/// <summary><c>struct fuse_attr</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 88)]
public struct FuseAttr
{
    /// <summary>st_ino; has nothing to do with the nodeid.</summary>
    public ulong Ino;

    /// <summary>Bytes.</summary>
    public ulong Size;

    /// <summary>Units of 512 bytes.</summary>
    public ulong Blocks;

    /// <summary>Seconds; signed in effect, negative before 1970.</summary>
    public ulong Atime;

    /// <summary>Seconds, as <see cref="Atime"/>.</summary>
    public ulong Mtime;

    /// <summary>Seconds, as <see cref="Atime"/>.</summary>
    public ulong Ctime;

    /// <summary>0 to 999999999.</summary>
    public uint Atimensec;

    /// <summary>0 to 999999999.</summary>
    public uint Mtimensec;

    /// <summary>0 to 999999999.</summary>
    public uint Ctimensec;

    /// <summary>S_IF* and permission bits.</summary>
    public uint Mode;

    /// <summary>Names.</summary>
    public uint Nlink;

    /// <summary>Owner.</summary>
    public uint Uid;

    /// <summary>Group.</summary>
    public uint Gid;

    /// <summary>Device number in the kernel's new_encode_dev form.</summary>
    public uint Rdev;

    /// <summary>st_blksize; 0: the page size.</summary>
    public uint Blksize;

    /// <summary>FUSE_ATTR_*.</summary>
    public FuseAttrFlags Flags;
}

/// <summary><c>struct fuse_getattr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseGetattrIn
{
    public FuseGetattrFlags GetattrFlags;
    public uint Dummy;
    public ulong Fh;
}

/// <summary><c>struct fuse_attr_out</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 104)]
public struct FuseAttrOut
{
    /// <summary>Seconds the kernel may trust the attributes.</summary>
    public ulong AttrValid;

    /// <summary>Nanoseconds to add to <see cref="AttrValid"/>.</summary>
    public uint AttrValidNsec;

    /// <summary>Padding.</summary>
    public uint Dummy;

    /// <summary>The attributes.</summary>
    public FuseAttr Attr;
}
