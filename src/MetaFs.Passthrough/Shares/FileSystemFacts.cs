// What is known of a file system before anything was tried on it.
using MetaFs.Linux;

namespace MetaFs.Passthrough.Shares;

/// <summary>Facts that follow from the type in mountinfo.</summary>
/// <param name="IsLocal">
/// A POSIX file system of this machine: it stores owner and mode as they are given, and root may do everything on it.
/// </param>
/// <param name="StableInodes">Whether an inode number means the same file after a remount.</param>
/// <param name="StampsLate">Whether mtime may move after the last close without a change of data.</param>
/// <param name="TimeGranularity">The unit in which it keeps mtime, ns; 1 where it is not known to round.</param>
/// <param name="HandleIsIdentity">
/// Whether a file handle carries the inode's generation and survives a remount (NFS); only asked where statx has no
/// birth time.
/// </param>
internal readonly record struct FileSystemFacts(
    bool IsLocal, bool StableInodes, bool StampsLate, long TimeGranularity, bool HandleIsIdentity)
{
    /// <summary>Whether it is itself served by a FUSE daemon.</summary>
    public bool IsFuse { get; init; }

    /// <summary>Whether that daemon has a disk of this machine, which no other host can change (mount.fuse3(8), blkdev).</summary>
    public bool IsFuseDisk { get; init; }

    /// <summary>
    /// Whether mtime counts whole seconds, so that a write soon after a time was set may leave no trace: only who sees the write
    /// knows. SFTP has 32 bits for a time (draft-ietf-secsh-filexfer-02, 5).
    /// </summary>
    public bool HidesWrites { get; init; }

    /// <summary>
    /// Whether chown and utimensat of a symbolic link reach what it leads to. SFTP's SETSTAT follows links, and sshfs has
    /// no other (sshfs.c, sshfs_chown and sshfs_utimens).
    /// </summary>
    public bool FollowsLinks { get; init; }

    /// <summary>Whether it is known to have no symbolic links of its own.</summary>
    public bool LacksSymlinks { get; init; }

    /// <summary>
    /// Whether a file that is removed while it is open keeps a name in its directory until the last close: its own on CIFS,
    /// <c>.nfsXXXX</c>, or <c>.fuse_hiddenXXXX</c> where a FUSE server uses libfuse's paths.
    /// </summary>
    public bool KeepsOpenNames { get; init; }

    /// <summary>
    /// Whether a removal waits for the last close, of a directory that is being read too, and a rename over an open file is
    /// refused only after that file's removal has begun: it is gone at its close (fs/smb/client/inode.c, cifs_rename2).
    /// </summary>
    public bool RemovesAtClose { get; init; }

    /// <summary>Whether the server may make creation times up, unless it is told to keep one.</summary>
    public bool MakesUpBirthTimes { get; init; }

    /// <summary>Whether its client may stop showing the server's inode numbers, which the server still tells.</summary>
    public bool MayLoseNumbers { get; init; }

    /// <summary>Whether the client has controls that look like attributes of the file, user.cifs.* among them.</summary>
    public bool HasControlXattrs { get; init; }

    /// <summary>Whether listxattr(2) has the names of all attributes that an inode has, ACLs too.</summary>
    public bool ListsAllXattrs { get; init; }

    /// <summary>Whether names that differ only in case are one file, as far as the type tells.</summary>
    public bool IgnoresCase { get; init; }

    private static readonly FileSystemFacts s_local = new(true, true, false, 1, false);

    /// <summary>Looks a mount up.</summary>
    public static FileSystemFacts Of(MountEntry mount)
    {
        FileSystemFacts facts = Of(mount.Type, mount.SuperOptions);
        if (!facts.IsFuse || facts.StableInodes)
            return facts;

        // What mirrors no directory here is mostly far away, and may stamp when the data arrives there: rclone seconds later.
        bool mirrors = MirrorsSource(mount);
        return facts with { StableInodes = mirrors, StampsLate = !mirrors };
    }

    /// <summary>Looks a type up.</summary>
    /// <param name="type">As in mountinfo: "cifs", "fuse.sshfs".</param>
    /// <param name="superOptions">As in mountinfo, after the source: "rw,vers=3.1.1,serverino".</param>
    internal static FileSystemFacts Of(string type, string superOptions) => type switch
    {
        "ext2" or "ext3" or "ext4" or "xfs" or "btrfs" or "tmpfs" or "f2fs" => s_local with { ListsAllXattrs = true },
        "zfs" or "bcachefs" or "ramfs" or "overlay" or "hostfs" => s_local,
        "nfs" or "nfs4" => new(false, true, false, 1, true) { KeepsOpenNames = true },

        // Without serverino the client numbers inodes itself, anew on every mount. Samba and Windows keep 100 ns.
        "cifs" or "smb3" => new(false, HasOption(superOptions, "serverino"), true, 100, false)
        {
            MakesUpBirthTimes = true,
            MayLoseNumbers = true,
            HasControlXattrs = true,
            LacksSymlinks = !HasOption(superOptions, "mfsymlinks") && !HasOption(superOptions, "unix")
                && !HasOption(superOptions, "posix"),
            KeepsOpenNames = true,
            RemovesAtClose = true,
            IgnoresCase = true,
        },

        // fs/fat and fs/exfat number inodes with iunique() as they are loaded; FAT keeps mtime in 2 s.
        "vfat" or "msdos" => new(false, false, false, 2_000_000_000, false)
        {
            LacksSymlinks = true,
            IgnoresCase = true,
            HidesWrites = true,
        },
        "exfat" => new(false, false, false, 10_000_000, false) { LacksSymlinks = true, IgnoresCase = true },

        "fuse.metafs" => new(false, true, false, 1, false) { IsFuse = true },

        "fuse.sshfs" => new(false, false, false, 1, false)
        {
            IsFuse = true,
            FollowsLinks = true,
            HidesWrites = true,
            KeepsOpenNames = true,
        },

        // libfuse's high-level file systems count paths as they meet them, unless they set use_ino.
        _ when type.StartsWith("fuse", StringComparison.Ordinal) => new(false, false, false, 1, false)
        {
            IsFuse = true,
            IsFuseDisk = type.StartsWith("fuseblk", StringComparison.Ordinal),
            KeepsOpenNames = true,
        },
        "9p" or "afs" or "vboxsf" => new(false, true, false, 1, false) { KeepsOpenNames = true },
        _ => new(false, true, false, 1, false),
    };

    // bindfs and its like name the directory they mirror as their source, often without a subtype of their own. If the
    // mount's root has that directory's inode number, the numbers are handed through.
    private static bool MirrorsSource(MountEntry mount)
    {
        if (mount.Source is not [(byte)'/', ..])
            return false;
        return InodeOf(mount.Source, out ulong source) && InodeOf(mount.MountPoint, out ulong root) && source == root;
    }

    private static bool InodeOf(byte[] path, out ulong ino)
    {
        CString name = CString.FromTerminated([.. path, 0]);
        Errno errno = Libc.Statx(SafeFd.CurrentDirectory, name, 0, StatxMask.STATX_INO, out Statx stat);
        ino = stat.Ino;
        return errno == Errno.OK;
    }

    private static bool HasOption(string options, string name)
    {
        foreach (Range range in options.AsSpan().Split(','))
        {
            if (options.AsSpan(range).SequenceEqual(name))
                return true;
        }

        return false;
    }
}
