// Names: looking them up, making and moving them.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_entry_out</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public struct FuseEntryOut
{
    /// <summary>The node; 0 in the answer to LOOKUP: no such name, and it may be cached.</summary>
    public ulong Nodeid;

    /// <summary>Nodeid and generation together never come twice in the file system's life.</summary>
    public ulong Generation;

    /// <summary>Seconds the kernel may trust the name.</summary>
    public ulong EntryValid;

    /// <summary>Seconds the kernel may trust the attributes.</summary>
    public ulong AttrValid;

    /// <summary>Nanoseconds to add to <see cref="EntryValid"/>.</summary>
    public uint EntryValidNsec;

    /// <summary>Nanoseconds to add to <see cref="AttrValid"/>.</summary>
    public uint AttrValidNsec;

    /// <summary>The attributes.</summary>
    public FuseAttr Attr;
}

/// <summary><c>struct fuse_mknod_in</c>; umask since 7.12.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseMknodIn
{
    public uint Mode;
    public uint Rdev;
    public uint Umask;
    public uint Padding;
}

/// <summary><c>struct fuse_mkdir_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseMkdirIn
{
    public uint Mode;
    public uint Umask;
}

/// <summary><c>struct fuse_rename_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseRenameIn
{
    public ulong Newdir;
}

/// <summary><c>struct fuse_rename2_in</c> (7.23).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseRename2In
{
    public ulong Newdir;
    public uint Flags;
    public uint Padding;
}

/// <summary><c>struct fuse_link_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseLinkIn
{
    public ulong Oldnodeid;
}

/// <summary><c>struct fuse_access_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseAccessIn
{
    public uint Mask;
    public uint Padding;
}
