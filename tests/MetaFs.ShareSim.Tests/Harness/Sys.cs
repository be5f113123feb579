using System.Text;

namespace MetaFs.ShareSim.Tests.Harness;

/// <summary>System calls on paths.</summary>
internal static class Sys
{
    private const AtFlags NoFollow = AtFlags.AT_SYMLINK_NOFOLLOW;

    private const StatxMask Looks = StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME;

    private static SafeFd Here => SafeFd.CurrentDirectory;

    public static byte[] Bytes(string path) => Encoding.Latin1.GetBytes(path + "\0");

    private static CString C(string path) => CString.FromTerminated(Bytes(path));

    public static Errno Stat(string path, out Statx stat) => Libc.Statx(
        Here, C(path), NoFollow | AtFlags.AT_STATX_FORCE_SYNC, Looks, out stat);

    /// <summary>lstat that must succeed, and that the kernel's cache does not answer.</summary>
    public static Statx Stat(string path)
    {
        Errno errno = Stat(path, out Statx stat);
        Assert.True(errno == Errno.OK, $"statx {path}: {errno}");
        return stat;
    }

    /// <summary>The mode as the kernel may remember it.</summary>
    public static uint KeptMode(string path)
    {
        Assert.Equal(Errno.OK, Libc.Statx(Here, C(path), NoFollow, StatxMask.STATX_BASIC_STATS, out Statx stat));
        return stat.Mode;
    }

    public static Statx Stat(SafeFd fd)
    {
        Assert.Equal(Errno.OK, Libc.Statx(
            fd, CString.Empty, AtFlags.AT_EMPTY_PATH | AtFlags.AT_STATX_FORCE_SYNC, Looks, out Statx stat));
        return stat;
    }

    public static Errno Chown(string path, uint uid, uint gid) => Libc.Fchownat(Here, C(path), uid, gid, NoFollow);

    public static Errno Chmod(string path, uint mode) => On(path, OpenFlags.O_PATH, fd => Libc.Fchmod(fd, mode));

    public static Errno Utimens(string path, long atime, long mtime) => Libc.Utimensat(
        Here, C(path), Timespec.FromNanoseconds(atime), Timespec.FromNanoseconds(mtime), NoFollow);

    public static Errno Touch(string path) => Libc.Utimensat(Here, C(path), Timespec.Now, Timespec.Now, NoFollow);

    public static Errno Truncate(string path, ulong size) =>
        On(path, OpenFlags.O_WRONLY, fd => Libc.Ftruncate(fd, size));

    public static Errno Symlink(string target, string path) => Libc.Symlinkat(C(target), Here, C(path));

    public static Errno Readlink(string path) => Libc.Readlinkat(Here, C(path), new byte[100], out _);

    public static Errno Mknod(string path, uint mode, ulong device = 0) => Libc.Mknodat(Here, C(path), mode, device);

    public static Errno Mkdir(string path) => Libc.Mkdirat(Here, C(path), 0x1ED);

    public static Errno Unlink(string path) => Libc.Unlinkat(Here, C(path), AtFlags.None);

    public static Errno Rmdir(string path) => Libc.Unlinkat(Here, C(path), AtFlags.AT_REMOVEDIR);

    public static Errno Rename(string from, string to, RenameFlags flags = RenameFlags.None) =>
        Libc.Renameat2(Here, C(from), Here, C(to), flags);

    public static Errno Link(string from, string to) => Libc.Linkat(Here, C(from), Here, C(to), AtFlags.None);

    public static Errno Open(string path, OpenFlags flags, out SafeFd fd, uint mode = 0x1A4) =>
        Libc.Openat(Here, C(path), flags, mode, out fd);

    /// <summary>open that must succeed.</summary>
    public static SafeFd Open(string path, OpenFlags flags)
    {
        Errno errno = Open(path, flags, out SafeFd fd);
        Assert.True(errno == Errno.OK, $"open {path}: {errno}");
        return fd;
    }

    public static Errno Create(string path) =>
        On(path, OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_WRONLY, _ => Errno.OK);

    public static Errno Tmpfile(string directory) =>
        On(directory, OpenFlags.O_TMPFILE | OpenFlags.O_RDWR, _ => Errno.OK);

    public static Errno Write(string path, string text) => On(path, OpenFlags.O_WRONLY, fd => Write(fd, text));

    public static Errno Write(SafeFd fd, string text) => Libc.Pwrite(fd, Bytes(text).AsSpan(..^1), 0, out _);

    public static Errno Read(string path) => On(path, OpenFlags.O_RDONLY, fd => Libc.Pread(fd, new byte[10], 0, out _));

    public static string ReadText(SafeFd fd)
    {
        byte[] buffer = new byte[100];
        Assert.Equal(Errno.OK, Libc.Pread(fd, buffer, 0, out int length));
        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    public static Errno Readdir(string path) => On(
        path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, fd => Libc.Getdents64(fd, new byte[4096], out _));

    public static string[] List(string path) =>
        [.. System.IO.Directory.GetFileSystemEntries(path).Select(one => System.IO.Path.GetFileName(one)!).Order()];

    public static Errno Statfs(string path) => On(path, OpenFlags.O_PATH, fd => Libc.Fstatfs(fd, out _));

    public static Errno Setxattr(string path) =>
        On(path, OpenFlags.O_PATH, fd => Libc.Fsetxattr(fd, C("user.a"), "v"u8, 0));

    public static Errno Getxattr(string path) =>
        On(path, OpenFlags.O_PATH, fd => Libc.Fgetxattr(fd, C("user.a"), new byte[10], out _));

    public static Errno Listxattr(string path) =>
        On(path, OpenFlags.O_PATH, fd => Libc.Flistxattr(fd, new byte[100], out _));

    public static Errno Removexattr(string path) =>
        On(path, OpenFlags.O_PATH, fd => Libc.Fremovexattr(fd, C("user.a")));

    /// <summary>Opens a file for one call.</summary>
    public static Errno On(string path, OpenFlags flags, Func<SafeFd, Errno> call)
    {
        Errno errno = Open(path, flags, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
            return call(fd);
    }
}
