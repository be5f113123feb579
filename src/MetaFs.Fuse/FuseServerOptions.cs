using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse;

/// <summary>How a <see cref="FuseServer"/> works.</summary>
public sealed record FuseServerOptions
{
    /// <summary>Every feature the dispatcher implements; the kernel is never told of another.</summary>
    /// <remarks>
    /// No FUSE_POSIX_LOCKS and FUSE_FLOCK_LOCKS: the kernel answers locks itself. No FUSE_WRITEBACK_CACHE: it would
    /// make the kernel the owner of times and size, and it excludes FUSE_PASSTHROUGH. No FUSE_HANDLE_KILLPRIV: V2
    /// replaces it.
    /// </remarks>
    public const FuseInitFlags Implemented =
        FuseInitFlags.FUSE_ASYNC_READ | FuseInitFlags.FUSE_ATOMIC_O_TRUNC | FuseInitFlags.FUSE_BIG_WRITES
        | FuseInitFlags.FUSE_DONT_MASK | FuseInitFlags.FUSE_AUTO_INVAL_DATA | FuseInitFlags.FUSE_DO_READDIRPLUS
        | FuseInitFlags.FUSE_READDIRPLUS_AUTO | FuseInitFlags.FUSE_ASYNC_DIO | FuseInitFlags.FUSE_PARALLEL_DIROPS
        | FuseInitFlags.FUSE_HANDLE_KILLPRIV_V2 | FuseInitFlags.FUSE_MAX_PAGES | FuseInitFlags.FUSE_CACHE_SYMLINKS
        | FuseInitFlags.FUSE_ABORT_ERROR | FuseInitFlags.FUSE_SETXATTR_EXT | FuseInitFlags.FUSE_INIT_EXT
        | FuseInitFlags.FUSE_HAS_IOCTL_DIR | FuseInitFlags.FUSE_PASSTHROUGH | FuseInitFlags.FUSE_POSIX_ACL
        | FuseInitFlags.FUSE_OVER_IO_URING;

    /// <summary>The features to ask for, as far as the kernel and <see cref="Implemented"/> have them.</summary>
    public FuseInitFlags Wanted { get; init; } = Implemented;

    /// <summary>Whether to ask for FUSE_PASSTHROUGH.</summary>
    public bool Passthrough { get; init; } = true;

    /// <summary>
    /// Whether to take requests over io_uring where the kernel offers it (Linux 6.14, /sys/module/fuse/parameters/enable_uring)
    /// and <see cref="MaxThreads"/> is at least eight for each processor.
    /// </summary>
    public bool IoUring { get; init; } = true;

    /// <summary>
    /// Whether to ask for FUSE_POSIX_ACL: the kernel enforces ACLs, and mode and owner with them (it implies the mount option
    /// default_permissions); inheriting them and keeping them in step with modes is the file system's.
    /// </summary>
    public bool PosixAcl { get; init; }

    /// <summary>Most worker threads: with so many requests stuck in slow operations, the mount stands still.</summary>
    public int MaxThreads { get; init; } = 64;

    /// <summary>Workers that stay when there is little to do; at least 1.</summary>
    public int MaxIdleThreads { get; init; } = 4;

    /// <summary>Longest WRITE in bytes. Each worker has twice that in buffers.</summary>
    public uint MaxWrite { get; init; } = 1 << 20;

    /// <summary>Where the trace goes, two lines per request; null: no trace.</summary>
    public TextWriter? Trace { get; init; }
}
