// Handles: opening, flushing and releasing files and directories.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>fuse_open_out.open_flags</c>.</summary>
[Flags]
public enum FuseOpenOutFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Past the page cache.</summary>
    FOPEN_DIRECT_IO = 1 << 0,

    /// <summary>Cached data stays at open.</summary>
    FOPEN_KEEP_CACHE = 1 << 1,

    /// <summary>No lseek(2).</summary>
    FOPEN_NONSEEKABLE = 1 << 2,

    /// <summary>The listing may be cached (7.28).</summary>
    FOPEN_CACHE_DIR = 1 << 3,

    /// <summary>No file position at all (7.31).</summary>
    FOPEN_STREAM = 1 << 4,

    /// <summary>No FLUSH at close (7.35).</summary>
    FOPEN_NOFLUSH = 1 << 5,

    /// <summary>Direct writes of one inode run in parallel (7.36).</summary>
    FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6,

    /// <summary>The kernel reads and writes <c>backing_id</c>'s file itself (7.40).</summary>
    FOPEN_PASSTHROUGH = 1 << 7,
}

/// <summary><c>fuse_open_in.open_flags</c>, also CREATE's (7.33).</summary>
[Flags]
internal enum FuseOpenInFlags : uint
{
    FUSE_OPEN_KILL_SUIDGID = 1 << 0,
}

/// <summary>FUSE_RELEASE_*.</summary>
[Flags]
internal enum FuseReleaseFlags : uint
{
    FUSE_RELEASE_FLUSH = 1 << 0,
    FUSE_RELEASE_FLOCK_UNLOCK = 1 << 1,
}

/// <summary>FUSE_FSYNC_*.</summary>
[Flags]
internal enum FuseFsyncFlags : uint
{
    FUSE_FSYNC_FDATASYNC = 1 << 0,
}

/// <summary><c>struct fuse_open_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseOpenIn
{
    public uint Flags;
    public FuseOpenInFlags OpenFlags;
}

/// <summary><c>struct fuse_create_in</c>, also TMPFILE's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseCreateIn
{
    public uint Flags;
    public uint Mode;
    public uint Umask;
    public FuseOpenInFlags OpenFlags;
}

/// <summary><c>struct fuse_open_out</c>; backing_id since 7.40.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct FuseOpenOut
{
    /// <summary>The handle, as later requests name it.</summary>
    public ulong Fh;

    /// <summary>FOPEN_*.</summary>
    public FuseOpenOutFlags OpenFlags;

    /// <summary>With FOPEN_PASSTHROUGH: from <see cref="IFuseConnection.BackingOpen"/>.</summary>
    public int BackingId;
}

/// <summary><c>struct fuse_release_in</c>, also RELEASEDIR's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseReleaseIn
{
    public ulong Fh;
    public uint Flags;
    public FuseReleaseFlags ReleaseFlags;
    public ulong LockOwner;
}

/// <summary><c>struct fuse_flush_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseFlushIn
{
    public ulong Fh;
    public uint Unused;
    public uint Padding;
    public ulong LockOwner;
}

/// <summary><c>struct fuse_fsync_in</c>, also FSYNCDIR's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseFsyncIn
{
    public ulong Fh;
    public FuseFsyncFlags FsyncFlags;
    public uint Padding;
}

/// <summary><c>struct fuse_syncfs_in</c> (7.34).</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseSyncfsIn
{
    public ulong Padding;
}

/// <summary><c>struct fuse_backing_map</c>, the argument of FUSE_DEV_IOC_BACKING_OPEN (7.40).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseBackingMap
{
    public int Fd;
    public uint Flags;
    public ulong Padding;
}
