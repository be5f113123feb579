using System.Runtime.InteropServices;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>The libc calls themselves. Paths are NUL-terminated bytes, structs are byte arrays read by offset.</summary>
internal static partial class Posix
{
    private static class Libc
    {
        private const string C = "libc";

        [DllImport(C, SetLastError = true)] public static extern int open(byte[] path, int flags, uint mode);
        [DllImport(C, SetLastError = true)] public static extern nint syscall(nint number, nuint first, byte[] second);
        [DllImport(C, SetLastError = true)] public static extern int close(int fd);
        [DllImport(C, SetLastError = true)] public static extern nint read(int fd, byte[] buffer, nuint count);
        [DllImport(C, SetLastError = true)] public static extern nint write(int fd, byte[] buffer, nuint count);
        [DllImport(C, SetLastError = true)] public static extern nint pread(int fd, byte[] buffer, nuint count, long at);
        [DllImport(C, SetLastError = true)] public static extern nint pwrite(int fd, byte[] buffer, nuint count, long at);
        [DllImport(C, SetLastError = true)] public static extern long lseek(int fd, long offset, int whence);
        [DllImport(C, SetLastError = true)] public static extern int fsync(int fd);
        [DllImport(C, SetLastError = true)] public static extern int mkdir(byte[] path, uint mode);
        [DllImport(C, SetLastError = true)] public static extern int rmdir(byte[] path);
        [DllImport(C, SetLastError = true)] public static extern int unlink(byte[] path);
        [DllImport(C, SetLastError = true)] public static extern int rename(byte[] from, byte[] to);
        [DllImport(C, SetLastError = true)]
        public static extern int renameat2(int fromDir, byte[] from, int toDir, byte[] to, uint flags);
        [DllImport(C, SetLastError = true)] public static extern int link(byte[] from, byte[] to);
        [DllImport(C, SetLastError = true)]
        public static extern int linkat(int fromDir, byte[] from, int toDir, byte[] to, int flags);
        [DllImport(C, SetLastError = true)] public static extern int symlink(byte[] target, byte[] path);
        [DllImport(C, SetLastError = true)] public static extern nint readlink(byte[] path, byte[] buffer, nuint size);
        [DllImport(C, SetLastError = true)] public static extern int mknod(byte[] path, uint mode, ulong dev);
        [DllImport(C, SetLastError = true)] public static extern int chmod(byte[] path, uint mode);
        [DllImport(C, SetLastError = true)] public static extern int fchmod(int fd, uint mode);
        [DllImport(C, SetLastError = true)] public static extern int chown(byte[] path, uint uid, uint gid);
        [DllImport(C, SetLastError = true)] public static extern int lchown(byte[] path, uint uid, uint gid);
        [DllImport(C, SetLastError = true)] public static extern int fchown(int fd, uint uid, uint gid);
        [DllImport(C, SetLastError = true)]
        public static extern int utimensat(int dir, byte[] path, long[]? times, int flags);
        [DllImport(C, SetLastError = true)] public static extern int futimens(int fd, long[] times);
        [DllImport(C, SetLastError = true)]
        public static extern int statx(int dir, byte[] path, int flags, uint mask, byte[] buffer);
        [DllImport(C, SetLastError = true)] public static extern int truncate(byte[] path, long length);
        [DllImport(C, SetLastError = true)] public static extern int ftruncate(int fd, long length);
        [DllImport(C, SetLastError = true)] public static extern int fallocate(int fd, int mode, long offset, long length);
        [DllImport(C, SetLastError = true)]
        public static extern nint copy_file_range(int from, nint fromOffset, int to, nint toOffset, nuint length, uint flags);
        [DllImport(C, SetLastError = true)]
        public static extern nint mmap(nint address, nuint length, int protection, int flags, int fd, long offset);
        [DllImport(C, SetLastError = true)] public static extern int msync(nint address, nuint length, int flags);
        [DllImport(C, SetLastError = true)] public static extern int munmap(nint address, nuint length);
        [DllImport(C, SetLastError = true)] public static extern int access(byte[] path, int mode);
        [DllImport(C, SetLastError = true)]
        public static extern int setxattr(byte[] path, byte[] name, byte[] value, nuint size, int flags);
        [DllImport(C, SetLastError = true)]
        public static extern nint getxattr(byte[] path, byte[] name, byte[] value, nuint size);
        [DllImport(C, SetLastError = true)] public static extern nint listxattr(byte[] path, byte[] list, nuint size);
        [DllImport(C, SetLastError = true)] public static extern int removexattr(byte[] path, byte[] name);
        [DllImport(C, SetLastError = true)] public static extern int statfs(byte[] path, byte[] buffer);
        [DllImport(C, SetLastError = true)] public static extern int flock(int fd, int operation);
        [DllImport(C, SetLastError = true)] public static extern int fcntl(int fd, int command, byte[] argument);
        [DllImport(C, SetLastError = true)] public static extern int chdir(byte[] path);
        [DllImport(C, SetLastError = true)] public static extern int ioctl(int fd, nuint request, byte[] argument);
        [DllImport(C, SetLastError = true)] public static extern int kill(int pid, int signal);
        [DllImport(C)] public static extern uint umask(uint mask);
        [DllImport(C)] public static extern uint geteuid();
        [DllImport(C)] public static extern uint getegid();
        [DllImport(C, SetLastError = true)] public static extern int unshare(int flags);
        [DllImport(C, SetLastError = true)] public static extern nint syscall(nint number, nint a, nint b, nint c);
        [DllImport(C, EntryPoint = "syscall", SetLastError = true)]
        public static extern nint syscall_groups(nint number, nint count, uint[] groups);
    }
}
