// Where a mount comes from and goes to, and which places would make it loop or bury its database.
using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>SOURCE, opened before anything is mounted, and MOUNTPOINT, both by canonical path.</summary>
internal sealed class MountPlaces : IDisposable
{
    /// <summary>The file system type of every MetaFs mount in mountinfo.</summary>
    public const string FileSystemType = "fuse.metafs";

    /// <summary>What commands say of a path that is on none.</summary>
    public const string NoMount = $"not on a MetaFs mount; see: findmnt -t {FileSystemType}";

    private readonly Statx _rootStat;
    private readonly Statx _mountPointStat;

    private MountPlaces(SafeFd root, string source, string mountPoint, Statx rootStat, Statx mountPointStat)
    {
        Root = root;
        Source = source;
        MountPoint = mountPoint;
        _rootStat = rootStat;
        _mountPointStat = mountPointStat;
    }

    /// <summary>The share's directory, O_PATH. A mount over it later does not change what it names.</summary>
    public SafeFd Root { get; }

    /// <summary>The share's canonical path.</summary>
    public string Source { get; }

    /// <summary>The mount point's canonical path.</summary>
    public string MountPoint { get; }

    /// <summary>Opens and checks both.</summary>
    /// <exception cref="CliException">One of them cannot be used.</exception>
    public static MountPlaces Open(string source, string mountPoint)
    {
        SafeFd root = OpenDirectory("SOURCE", source, out string canonicalSource, out Statx rootStat);
        try
        {
            using SafeFd target = OpenDirectory("MOUNTPOINT", mountPoint, out string canonical, out Statx targetStat);
            var places = new MountPlaces(root, canonicalSource, canonical, rootStat, targetStat);
            places.CheckNesting();
            return places;
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a database that the mount would hide, or that would go through mount or share.</summary>
    /// <param name="database">Canonical path; need not exist.</param>
    /// <param name="shareIsLocal">Whether the share's file system is this machine's own (ext4, xfs ...).</param>
    public void CheckDatabase(string database, bool shareIsLocal)
    {
        if (IsInside(database, Source, _rootStat))
            throw Misplaced(database, $"lies on the share {Source}");
        if (IsInside(database, MountPoint, _mountPointStat))
            throw Misplaced(database, $"lies below the mount point {MountPoint}");

        // On one disk with a local share is fine; on one server with a remote share it is as bad as on the share.
        foreach (string ancestor in shareIsLocal ? [] : CanonicalPath.Ancestors(database))
        {
            if (!TryStat(ancestor, out Statx stat))
                continue;
            if (stat.Dev == _rootStat.Dev)
                throw Misplaced(database, $"lies on the same file system as the share {Source}");
            break;
        }
    }

    public void Dispose() => Root.Dispose();

    private static SafeFd OpenDirectory(string word, string path, out string canonical, out Statx stat)
    {
        Errno errno = CanonicalPath.OpenDirectory(path, out SafeFd directory);
        if (errno != Errno.OK)
            throw CliException.FromErrno(ExitCode.Share, ByteText.ForDisplay(path), errno, Cure(word, path, errno));
        byte[] bytes = [];
        stat = default;
        errno = CanonicalPath.OfDescriptor(directory, out bytes);

        // FORCE_SYNC: a FUSE mount whose daemon died a moment ago, or a server that did, still has cached attributes.
        if (errno == Errno.OK)
            errno = Libc.Statx(
                directory, CString.Empty, AtFlags.AT_EMPTY_PATH | AtFlags.AT_STATX_FORCE_SYNC,
                StatxMask.STATX_BASIC_STATS | StatxMask.STATX_MNT_ID, out stat);
        canonical = ByteText.FromBytes(bytes);
        if (errno == Errno.OK && ByteText.IsUtf8(bytes))
            return directory;
        directory.Dispose();
        throw errno != Errno.OK
            ? CliException.FromErrno(ExitCode.Share, ByteText.ForDisplay(path), errno, Cure(word, path, errno))
            : new CliException(
                ExitCode.Share,
                $"{ByteText.ForDisplay(bytes)}: {word} is not UTF-8; use a path that is, e.g. a bind mount");
    }

    private static string Cure(string word, string path, Errno errno) => errno switch
    {
        Errno.ENOENT => $"{word} must be a directory that exists",
        Errno.ENOTDIR => $"{word} must be a directory",
        Errno.ENOTCONN => $"a FUSE file system has died there; run: metafs umount {ByteText.ForDisplay(path)}",
        Errno.EACCES => $"{word} and the directories above it must be accessible to you",
        Errno.ESTALE or Errno.EHOSTDOWN or Errno.ETIMEDOUT => "the share does not answer; mount the share again first",
        _ => $"{word} cannot be opened",
    };

    private void CheckNesting()
    {
        if (MountPoint == Source)
        {
            // mount -a run twice, most often. A second layer would only keep records about the first one's.
            if (MountInfo.Find(_rootStat.MntId) is { Type: FileSystemType })
                throw new CliException(
                    ExitCode.Share,
                    $"{Source}: is a MetaFs mount already; to change its options run: metafs umount {Source}");
            return;
        }

        if (CanonicalPath.IsAtOrBelow(Source, MountPoint))
            throw new CliException(
                ExitCode.Share,
                $"{MountPoint}: SOURCE {Source} is inside MOUNTPOINT and would be hidden; mount somewhere else, "
                + $"or over {Source} itself");

        // By identity as well as by name: a mount below a bind mount of SOURCE propagates into SOURCE.
        if (MountPoint.Length > 1 && CanonicalPath.Ancestors(MountPoint).Any(a => IsSame(a, Source, _rootStat)))
            throw new CliException(
                ExitCode.Share,
                $"{MountPoint}: MOUNTPOINT is inside SOURCE {Source} and would contain itself without end; mount "
                + $"outside of it, or over {Source} itself");
    }

    private static bool IsInside(string path, string directory, in Statx identity)
    {
        foreach (string ancestor in CanonicalPath.Ancestors(path))
        {
            if (IsSame(ancestor, directory, identity))
                return true;
        }

        return false;
    }

    private static bool IsSame(string path, string directory, in Statx identity) =>
        path == directory || (TryStat(path, out Statx stat) && stat.Dev == identity.Dev && stat.Ino == identity.Ino);

    private static bool TryStat(string path, out Statx stat) =>
        Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(path)),
            AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_STATX_DONT_SYNC, StatxMask.STATX_INO, out stat) == Errno.OK;

    private static CliException Misplaced(string database, string where) =>
        new(ExitCode.Database, $"{database}: the database {where}; name a file elsewhere with -o db=FILE");
}
