using System.Runtime.InteropServices;

namespace MetaFs.Mount.Tests.Harness;

internal static partial class Posix
{
    private const int PROT_READ_WRITE = 3;
    private const int MAP_SHARED = 1;
    private const int MS_SYNC = 4;

    public static Errno Open(string path, int flags, uint mode, out int fd)
    {
        fd = Libc.open(Bytes(path), flags | O_CLOEXEC, mode);
        return Result(fd);
    }

    /// <summary>open that must succeed.</summary>
    public static int Open(string path, int flags, uint mode = 0)
    {
        Errno errno = Open(path, flags, mode, out int fd);
        Assert.True(errno == Errno.OK, $"open {path}: {errno}");
        return fd;
    }

    public static Errno Close(int fd) => Result(Libc.close(fd));

    public static Errno Write(int fd, string text)
    {
        byte[] bytes = Bytes(text)[..^1];
        nint written = Libc.write(fd, bytes, (nuint)bytes.Length);
        if (written >= 0)
            Assert.Equal(bytes.Length, written);
        return Result(written);
    }

    public static Errno Pwrite(int fd, string text, long offset)
    {
        byte[] bytes = Bytes(text)[..^1];
        return Result(Libc.pwrite(fd, bytes, (nuint)bytes.Length, offset));
    }

    public static Errno Pread(int fd, int count, long offset, out string text)
    {
        byte[] buffer = new byte[count];
        nint length = Libc.pread(fd, buffer, (nuint)count, offset);
        text = length < 0 ? "" : System.Text.Encoding.Latin1.GetString(buffer, 0, (int)length);
        return Result(length);
    }

    public static Errno Lseek(int fd, long offset, int whence, out long position)
    {
        position = Libc.lseek(fd, offset, whence);
        return Result((nint)position);
    }

    public static Errno Fsync(int fd) => Result(Libc.fsync(fd));

    public static Errno Truncate(string path, long length) => Result(Libc.truncate(Bytes(path), length));

    public static Errno Ftruncate(int fd, long length) => Result(Libc.ftruncate(fd, length));

    public static Errno Fallocate(int fd, int mode, long offset, long length) =>
        Result(Libc.fallocate(fd, mode, offset, length));

    /// <summary>Copies from and to the two descriptors' own positions.</summary>
    public static Errno CopyFileRange(int from, int to, int length, out int copied)
    {
        nint result = Libc.copy_file_range(from, 0, to, 0, (nuint)length, 0);
        copied = (int)result;
        return Result(result);
    }

    /// <summary>Writes one byte through a shared mapping and waits for it with msync.</summary>
    public static void WriteByMapping(int fd, int offset, byte value)
    {
        const int Page = 4096;
        nint address = Libc.mmap(0, Page, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        Result(address).Ok();
        Marshal.WriteByte(address, offset, value);
        Result(Libc.msync(address, Page, MS_SYNC)).Ok();
        Result(Libc.munmap(address, Page)).Ok();
    }

    /// <summary>Writes one byte through a shared mapping, after something else was done, and only unmaps it.</summary>
    public static void WriteByMapping(int fd, byte value, Action between)
    {
        const int Page = 4096;
        nint address = Libc.mmap(0, Page, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        Result(address).Ok();
        between();
        Marshal.WriteByte(address, value);
        Result(Libc.munmap(address, Page)).Ok();
    }

    /// <summary>Maps a file's first page for reading; the mapping is what keeps the file referenced.</summary>
    public static nint MapForReading(int fd)
    {
        nint address = Libc.mmap(0, 4096, 1, MAP_SHARED, fd, 0);
        Result(address).Ok();
        return address;
    }

    public static void Unmap(nint address) => Result(Libc.munmap(address, 4096)).Ok();

    public static Errno Flock(int fd, int operation) => Result(Libc.flock(fd, operation));

    /// <summary>A write lock on the first byte that belongs to the open file (F_OFD_SETLK), so one process can test it.</summary>
    public static Errno LockFirstByte(int fd)
    {
        const int F_OFD_SETLK = 37;
        byte[] flock = new byte[32];
        flock[0] = 1; // l_type F_WRLCK; l_whence SEEK_SET; l_start 0
        flock[16] = 1; // l_len
        return Result(Libc.fcntl(fd, F_OFD_SETLK, flock));
    }

    public static Errno Ioctl(int fd, uint request, byte[] argument) => Result(Libc.ioctl(fd, request, argument));

    /// <summary>Creates a regular file with this text; it must not exist.</summary>
    public static void CreateFile(string path, string text = "x", int mode = 644)
    {
        int fd = Open(path, O_WRONLY | O_CREAT | O_EXCL, Octal.Oct(mode));
        Write(fd, text).Ok();
        Close(fd).Ok();
    }

    public static string ReadFile(string path)
    {
        int fd = Open(path, O_RDONLY);
        Pread(fd, 1 << 20, 0, out string text).Ok();
        Close(fd).Ok();
        return text;
    }
}
