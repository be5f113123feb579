// struct statfs, the same on x64 and arm64.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>struct statfs, statfs(2).</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
public struct Statfs
{
    /// <summary>The filesystem's magic number.</summary>
    public long Type;

    /// <summary>Preferred size of reads and writes, bytes.</summary>
    public long Bsize;

    /// <summary>Size, in units of <see cref="Frsize"/>.</summary>
    public ulong Blocks;

    /// <summary>Free, in units of <see cref="Frsize"/>.</summary>
    public ulong Bfree;

    /// <summary>Free for users other than root, in units of <see cref="Frsize"/>.</summary>
    public ulong Bavail;

    /// <summary>Number of inodes.</summary>
    public ulong Files;

    /// <summary>Free inodes.</summary>
    public ulong Ffree;

    /// <summary>First half of the filesystem id.</summary>
    public uint FsidLow;

    /// <summary>Second half of the filesystem id.</summary>
    public uint FsidHigh;

    /// <summary>Longest name, bytes.</summary>
    public long Namelen;

    /// <summary>Unit of the block counts, bytes.</summary>
    public long Frsize;

    /// <summary>ST_* mount flags, statvfs(3).</summary>
    public long Flags;
}
