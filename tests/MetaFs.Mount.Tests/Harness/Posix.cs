using System.Runtime.InteropServices;
using System.Text;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// System calls as these tests make them: an errno comes back, results are <c>out</c>.
/// A path is a string with one Latin-1 character per byte, so every byte a Linux name may hold can be written.
/// </summary>
internal static partial class Posix
{
    public const uint Keep = uint.MaxValue;

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const int SEEK_SET = 0;
    public const int SEEK_END = 2;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const uint S_IFMT = 0xF000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFLNK = 0xA000;
    public const uint S_IFIFO = 0x1000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFSOCK = 0xC000;

    public const uint RENAME_NOREPLACE = 1;
    public const uint RENAME_EXCHANGE = 2;

    private const int AT_FDCWD = -100;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const int AT_EMPTY_PATH = 0x1000;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int O_DIRECTORY => IsArm64 ? 0x4000 : 0x10000;

    public static int O_NOFOLLOW => IsArm64 ? 0x8000 : 0x20000;

    public static int O_TMPFILE => 0x400000 | O_DIRECTORY;

    public static uint EffectiveUid => Libc.geteuid();

    public static uint EffectiveGid => Libc.getegid();

    private static byte[] Bytes(string path)
    {
        byte[] bytes = new byte[path.Length + 1];
        Encoding.Latin1.GetBytes(path, bytes);
        return bytes;
    }

    private static Errno Result(nint result) => result == -1 ? (Errno)Marshal.GetLastPInvokeError() : Errno.OK;

    // --- names ---

    public static Errno Mkdir(string path, uint mode) => Result(Libc.mkdir(Bytes(path), mode));

    public static Errno Rmdir(string path) => Result(Libc.rmdir(Bytes(path)));

    public static Errno Unlink(string path) => Result(Libc.unlink(Bytes(path)));

    public static Errno Rename(string from, string to) => Result(Libc.rename(Bytes(from), Bytes(to)));

    public static Errno Rename(string from, string to, uint flags) =>
        Result(Libc.renameat2(AT_FDCWD, Bytes(from), AT_FDCWD, Bytes(to), flags));

    public static Errno Link(string from, string to) => Result(Libc.link(Bytes(from), Bytes(to)));

    /// <summary>Gives an open file a name, as open(2) shows for O_TMPFILE.</summary>
    public static Errno LinkDescriptor(int fd, string path)
    {
        const int AT_SYMLINK_FOLLOW = 0x400;
        return Result(Libc.linkat(AT_FDCWD, Bytes($"/proc/self/fd/{fd}"), AT_FDCWD, Bytes(path), AT_SYMLINK_FOLLOW));
    }

    public static Errno Symlink(string target, string path) => Result(Libc.symlink(Bytes(target), Bytes(path)));

    public static Errno Mknod(string path, uint mode, ulong device = 0) =>
        Result(Libc.mknod(Bytes(path), mode, device));

    public static string Readlink(string path)
    {
        byte[] buffer = new byte[4096];
        nint length = Libc.readlink(Bytes(path), buffer, (nuint)buffer.Length);
        Result(length).Ok();
        return Encoding.Latin1.GetString(buffer, 0, (int)length);
    }

    public static Errno Chdir(string path) => Result(Libc.chdir(Bytes(path)));

    // --- attributes ---

    public static Errno Chmod(string path, uint mode) => Result(Libc.chmod(Bytes(path), mode));

    public static Errno Fchmod(int fd, uint mode) => Result(Libc.fchmod(fd, mode));

    public static Errno Chown(string path, uint uid, uint gid) => Result(Libc.chown(Bytes(path), uid, gid));

    public static Errno Lchown(string path, uint uid, uint gid) => Result(Libc.lchown(Bytes(path), uid, gid));

    public static Errno Fchown(int fd, uint uid, uint gid) => Result(Libc.fchown(fd, uid, gid));

    public static Errno Utimens(string path, FileTime atime, FileTime mtime, bool follow = true) =>
        Result(Libc.utimensat(AT_FDCWD, Bytes(path), Pack(atime, mtime), follow ? 0 : AT_SYMLINK_NOFOLLOW));

    public static Errno Futimens(int fd, FileTime atime, FileTime mtime) =>
        Result(Libc.futimens(fd, Pack(atime, mtime)));

    /// <summary>What <c>touch FILE</c> does: both times to now, which a writer who is not the owner may.</summary>
    public static Errno Touch(string path) => Result(Libc.utimensat(AT_FDCWD, Bytes(path), null, 0));

    private static long[] Pack(FileTime atime, FileTime mtime) =>
        [atime.Seconds, atime.Nanoseconds, mtime.Seconds, mtime.Nanoseconds];

    public static Errno Lstat(string path, out FileStatus status) =>
        Statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, out status);

    public static Errno Fstat(int fd, out FileStatus status) => Statx(fd, "", AT_EMPTY_PATH, out status);

    private static Errno Statx(int dir, string path, int flags, out FileStatus status)
    {
        const uint BasicStatsAndBtime = 0xFFF;
        byte[] buffer = new byte[256];
        Errno errno = Result(Libc.statx(dir, Bytes(path), flags, BasicStatsAndBtime, buffer));
        status = new FileStatus(buffer);
        return errno;
    }

    /// <summary>lstat that must succeed.</summary>
    public static FileStatus Stat(string path)
    {
        Errno errno = Lstat(path, out FileStatus status);
        Assert.True(errno == Errno.OK, $"lstat {path}: {errno}");
        return status;
    }

    /// <summary>fstat that must succeed.</summary>
    public static FileStatus Stat(int fd)
    {
        Fstat(fd, out FileStatus status).Ok();
        return status;
    }

    public static Errno Access(string path, int mode) => Result(Libc.access(Bytes(path), mode));

    /// <summary>io_uring_setup(2) of one entry, which ends with the call.</summary>
    public static Errno IoUring()
    {
        const int setup = 425; // on every machine
        nint fd = Libc.syscall(setup, 1, new byte[120]);
        Errno errno = Result(fd);
        if (errno == Errno.OK)
            _ = Close((int)fd);
        return errno;
    }

    public static Errno Setxattr(string path, string name, byte[] value) =>
        Result(Libc.setxattr(Bytes(path), Bytes(name), value, (nuint)value.Length, 0));

    public static Errno Getxattr(string path, string name, out byte[] value)
    {
        value = new byte[65536];
        nint length = Libc.getxattr(Bytes(path), Bytes(name), value, (nuint)value.Length);
        value = length < 0 ? [] : value[..(int)length];
        return Result(length);
    }

    public static Errno Listxattr(string path, out string[] names)
    {
        byte[] list = new byte[65536];
        nint length = Libc.listxattr(Bytes(path), list, (nuint)list.Length);
        names = length < 0
            ? []
            : Encoding.Latin1.GetString(list, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return Result(length);
    }

    public static Errno Removexattr(string path, string name) => Result(Libc.removexattr(Bytes(path), Bytes(name)));

    /// <summary>struct statfs: f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree at 0, 8, ... and f_namelen at 64.</summary>
    public static Errno Statfs(string path, out long[] words)
    {
        byte[] buffer = new byte[256];
        Errno errno = Result(Libc.statfs(Bytes(path), buffer));
        words = MemoryMarshal.Cast<byte, long>(buffer).ToArray();
        return errno;
    }

    // --- who ---

    public static uint Umask(uint mask) => Libc.umask(mask);

    public static Errno Kill(int pid, int signal) => Result(Libc.kill(pid, signal));

    /// <summary>Gives the calling thread its own umask and working directory (unshare(2), CLONE_FS).</summary>
    public static void UnshareFileSystemState() => Result(Libc.unshare(0x200)).Ok();

    /// <summary>
    /// Changes only the calling thread: libc's own setresuid(3) would change every thread of the process.
    /// </summary>
    public static void BecomeOnThisThread(uint uid, uint gid, uint[] groups)
    {
        (int setgroups, int setresgid, int setresuid) = IsArm64 ? (159, 149, 147) : (116, 119, 117);
        Result(Libc.syscall_groups(setgroups, groups.Length, groups)).Ok();
        Result(Libc.syscall(setresgid, (nint)gid, (nint)gid, (nint)gid)).Ok();
        Result(Libc.syscall(setresuid, (nint)uid, (nint)uid, (nint)uid)).Ok();
    }
}
