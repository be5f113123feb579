using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_kstatfs</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
public struct FuseKstatfs
{
    /// <summary>Size in units of <see cref="Frsize"/>.</summary>
    public ulong Blocks;

    /// <summary>Free units.</summary>
    public ulong Bfree;

    /// <summary>Free units for users.</summary>
    public ulong Bavail;

    /// <summary>Inodes.</summary>
    public ulong Files;

    /// <summary>Free inodes.</summary>
    public ulong Ffree;

    /// <summary>Preferred I/O size in bytes.</summary>
    public uint Bsize;

    /// <summary>Longest name in bytes.</summary>
    public uint Namelen;

    /// <summary>Unit in bytes.</summary>
    public uint Frsize;

    /// <summary>Padding.</summary>
    public uint Padding;

    /// <summary>Padding.</summary>
    public FuseKstatfsSpare Spare;
}

/// <summary><c>uint32_t spare[6]</c>.</summary>
[InlineArray(6)]
public struct FuseKstatfsSpare
{
    private uint _element;
}

/// <summary><c>struct fuse_statfs_out</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
public struct FuseStatfsOut
{
    /// <summary>The sizes.</summary>
    public FuseKstatfs St;
}
