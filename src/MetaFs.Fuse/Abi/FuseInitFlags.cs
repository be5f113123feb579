namespace MetaFs.Fuse.Abi;

/// <summary>INIT's feature bits: the low half is <c>flags</c>, the high half <c>flags2</c> (7.36).</summary>
[Flags]
public enum FuseInitFlags : ulong
{
    /// <summary>No feature.</summary>
    None = 0,

    /// <summary>Asynchronous reads.</summary>
    FUSE_ASYNC_READ = 1UL << 0,

    /// <summary>POSIX locks come to the file system.</summary>
    FUSE_POSIX_LOCKS = 1UL << 1,

    /// <summary>Never supported by a kernel.</summary>
    FUSE_FILE_OPS = 1UL << 2,

    /// <summary>O_TRUNC comes with OPEN instead of a SETATTR before it.</summary>
    FUSE_ATOMIC_O_TRUNC = 1UL << 3,

    /// <summary>LOOKUP of "." and "..", for NFS export.</summary>
    FUSE_EXPORT_SUPPORT = 1UL << 4,

    /// <summary>Writes of more than 4 KiB.</summary>
    FUSE_BIG_WRITES = 1UL << 5,

    /// <summary>The umask is the file system's to apply.</summary>
    FUSE_DONT_MASK = 1UL << 6,

    /// <summary>splice(2) of writes on the device.</summary>
    FUSE_SPLICE_WRITE = 1UL << 7,

    /// <summary>splice(2) may move pages.</summary>
    FUSE_SPLICE_MOVE = 1UL << 8,

    /// <summary>splice(2) of reads on the device.</summary>
    FUSE_SPLICE_READ = 1UL << 9,

    /// <summary>flock(2) comes to the file system.</summary>
    FUSE_FLOCK_LOCKS = 1UL << 10,

    /// <summary>IOCTL comes for directories too.</summary>
    FUSE_HAS_IOCTL_DIR = 1UL << 11,

    /// <summary>Cached data is dropped when mtime or size change.</summary>
    FUSE_AUTO_INVAL_DATA = 1UL << 12,

    /// <summary>READDIRPLUS.</summary>
    FUSE_DO_READDIRPLUS = 1UL << 13,

    /// <summary>READDIRPLUS only where it seems to pay.</summary>
    FUSE_READDIRPLUS_AUTO = 1UL << 14,

    /// <summary>Asynchronous direct I/O.</summary>
    FUSE_ASYNC_DIO = 1UL << 15,

    /// <summary>The kernel caches writes and owns mtime.</summary>
    FUSE_WRITEBACK_CACHE = 1UL << 16,

    /// <summary>ENOSYS to OPEN stops OPEN.</summary>
    FUSE_NO_OPEN_SUPPORT = 1UL << 17,

    /// <summary>Parallel LOOKUP and READDIR in one directory.</summary>
    FUSE_PARALLEL_DIROPS = 1UL << 18,

    /// <summary>The file system always clears suid and sgid; superseded by V2.</summary>
    FUSE_HANDLE_KILLPRIV = 1UL << 19,

    /// <summary>The kernel enforces POSIX ACLs.</summary>
    FUSE_POSIX_ACL = 1UL << 20,

    /// <summary>Reading the device after an abort answers ECONNABORTED.</summary>
    FUSE_ABORT_ERROR = 1UL << 21,

    /// <summary>max_pages counts.</summary>
    FUSE_MAX_PAGES = 1UL << 22,

    /// <summary>READLINK is cached.</summary>
    FUSE_CACHE_SYMLINKS = 1UL << 23,

    /// <summary>ENOSYS to OPENDIR stops OPENDIR.</summary>
    FUSE_NO_OPENDIR_SUPPORT = 1UL << 24,

    /// <summary>Cached data is dropped only on request.</summary>
    FUSE_EXPLICIT_INVAL_DATA = 1UL << 25,

    /// <summary>map_alignment counts (DAX).</summary>
    FUSE_MAP_ALIGNMENT = 1UL << 26,

    /// <summary>FUSE_ATTR_SUBMOUNT.</summary>
    FUSE_SUBMOUNTS = 1UL << 27,

    /// <summary>The file system clears suid and sgid when told so (7.33).</summary>
    FUSE_HANDLE_KILLPRIV_V2 = 1UL << 28,

    /// <summary>SETXATTR has 16 bytes of arguments, not 8 (7.33).</summary>
    FUSE_SETXATTR_EXT = 1UL << 29,

    /// <summary>flags2 counts (7.36).</summary>
    FUSE_INIT_EXT = 1UL << 30,

    /// <summary>Reserved.</summary>
    FUSE_INIT_RESERVED = 1UL << 31,

    /// <summary>Security contexts come with the creating operations.</summary>
    FUSE_SECURITY_CTX = 1UL << 32,

    /// <summary>DAX per inode.</summary>
    FUSE_HAS_INODE_DAX = 1UL << 33,

    /// <summary>A supplementary group comes with the creating operations.</summary>
    FUSE_CREATE_SUPP_GROUP = 1UL << 34,

    /// <summary>Entries can be expired without being dropped.</summary>
    FUSE_HAS_EXPIRE_ONLY = 1UL << 35,

    /// <summary>Shared mmap of FOPEN_DIRECT_IO files.</summary>
    FUSE_DIRECT_IO_ALLOW_MMAP = 1UL << 36,

    /// <summary>Backing files read and written by the kernel (7.40).</summary>
    FUSE_PASSTHROUGH = 1UL << 37,

    /// <summary>No NFS export.</summary>
    FUSE_NO_EXPORT_SUPPORT = 1UL << 38,

    /// <summary>Pending requests can be sent again.</summary>
    FUSE_HAS_RESEND = 1UL << 39,

    /// <summary>Idmapped mounts.</summary>
    FUSE_ALLOW_IDMAP = 1UL << 40,

    /// <summary>Requests over io_uring.</summary>
    FUSE_OVER_IO_URING = 1UL << 41,

    /// <summary>request_timeout counts.</summary>
    FUSE_REQUEST_TIMEOUT = 1UL << 42,
}
