// Calls that show and set owner, mode, times and size.
namespace MetaFs.Posix.Directories;

internal sealed partial class CaseDirectory
{
    public Errno TryStat(string path, out Status status) => Stat(path, AtFlags.None, out status);

    public Errno TryLstat(string path, out Status status) => Stat(path, AtFlags.AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>Stat of what must be there, through symbolic links.</summary>
    public Status Stat(string path)
    {
        TryStat(path, out Status status).Ok($"stat {path}");
        return status;
    }

    /// <summary>Stat of what must be there itself.</summary>
    public Status Lstat(string path)
    {
        TryLstat(path, out Status status).Ok($"lstat {path}");
        return status;
    }

    public bool Exists(string path) => TryLstat(path, out _) == OK;

    public Errno Chmod(string path, Mode mode) => Syscalls.Fchmodat(Fd, Terminated(path), mode.Bits);

    public Errno Chown(string path, uint uid, uint gid) => Libc.Fchownat(Fd, Z(path), uid, gid, AtFlags.None);

    public Errno Chown(string path, Identity who) => Chown(path, who.Uid, who.Gid);

    public Errno Lchown(string path, uint uid, uint gid) =>
        Libc.Fchownat(Fd, Z(path), uid, gid, AtFlags.AT_SYMLINK_NOFOLLOW);

    public Errno Utimens(string path, Timespec atime, Timespec mtime, AtFlags flags = AtFlags.None) =>
        Libc.Utimensat(Fd, Z(path), atime, mtime, flags);

    /// <summary>Sets times in nanoseconds since 1970.</summary>
    public Errno Utimens(string path, long atime, long mtime, AtFlags flags = AtFlags.None) =>
        Utimens(path, Timespec.FromNanoseconds(atime), Timespec.FromNanoseconds(mtime), flags);

    public Errno Truncate(string path, long length) => Syscalls.Truncate(Absolute(path), length);

    /// <summary>access(2) for the effective identity, which is what opens and searches are judged by.</summary>
    public Errno Access(string path, int mode) => Libc.Faccessat(Fd, Z(path), mode, AtFlags.AT_EACCESS);

    /// <summary>truncate(2) has no form with a directory.</summary>
    private byte[] Absolute(string path) => Terminated(path.Length == 0 ? "" : $"/proc/self/fd/{Fd.Value}/{path}");

    private Errno Stat(string path, AtFlags flags, out Status status)
    {
        Errno errno = Libc.Statx(Fd, Z(path), flags, StatxMask.STATX_BASIC_STATS, out Statx statx);
        status = new Status(statx);
        return errno;
    }
}
