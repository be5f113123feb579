using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_sx_time</c> (7.39).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct FuseSxTime
{
    /// <summary>Seconds.</summary>
    public long TvSec;

    /// <summary>0 to 999999999.</summary>
    public uint TvNsec;

    /// <summary>Padding.</summary>
    public int Reserved;
}

/// <summary><c>struct fuse_statx</c> (7.39): bit for bit the struct of statx(2).</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public struct FuseStatx
{
    /// <summary>STATX_*: the fields that are filled in. The kernel requires all of STATX_BASIC_STATS.</summary>
    public uint Mask;

    /// <summary>st_blksize.</summary>
    public uint Blksize;

    /// <summary>STATX_ATTR_*.</summary>
    public ulong Attributes;

    /// <summary>Names.</summary>
    public uint Nlink;

    /// <summary>Owner.</summary>
    public uint Uid;

    /// <summary>Group.</summary>
    public uint Gid;

    /// <summary>S_IF* and permission bits.</summary>
    public ushort Mode;

    /// <summary>Padding.</summary>
    public ushort Spare0;

    /// <summary>st_ino.</summary>
    public ulong Ino;

    /// <summary>Bytes.</summary>
    public ulong Size;

    /// <summary>Units of 512 bytes.</summary>
    public ulong Blocks;

    /// <summary>The <see cref="Attributes"/> that mean something here.</summary>
    public ulong AttributesMask;

    /// <summary>Last access.</summary>
    public FuseSxTime Atime;

    /// <summary>Birth; counts with STATX_BTIME in <see cref="Mask"/>.</summary>
    public FuseSxTime Btime;

    /// <summary>Last change of the inode.</summary>
    public FuseSxTime Ctime;

    /// <summary>Last change of the data.</summary>
    public FuseSxTime Mtime;

    /// <summary>Of a device file.</summary>
    public uint RdevMajor;

    /// <summary>Of a device file.</summary>
    public uint RdevMinor;

    /// <summary>Not looked at.</summary>
    public uint DevMajor;

    /// <summary>Not looked at.</summary>
    public uint DevMinor;

    /// <summary>Padding.</summary>
    public FuseStatxSpare2 Spare2;
}

/// <summary><c>uint64_t __spare2[14]</c>.</summary>
[InlineArray(14)]
public struct FuseStatxSpare2
{
    private ulong _element;
}

/// <summary><c>struct fuse_statx_in</c> (7.39).</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseStatxIn
{
    public FuseGetattrFlags GetattrFlags;
    public uint Reserved;
    public ulong Fh;
    public uint SxFlags;
    public uint SxMask;
}

/// <summary><c>struct fuse_statx_out</c> (7.39).</summary>
[StructLayout(LayoutKind.Sequential, Size = 288)]
public struct FuseStatxOut
{
    /// <summary>Seconds the kernel may trust the attributes.</summary>
    public ulong AttrValid;

    /// <summary>Nanoseconds to add to <see cref="AttrValid"/>.</summary>
    public uint AttrValidNsec;

    /// <summary>Not used yet.</summary>
    public uint Flags;

    /// <summary>Padding.</summary>
    public FuseStatxOutSpare Spare;

    /// <summary>The attributes.</summary>
    public FuseStatx Stat;
}

/// <summary><c>uint64_t spare[2]</c>.</summary>
[InlineArray(2)]
public struct FuseStatxOutSpare
{
    private ulong _element;
}
