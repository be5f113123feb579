// Calls that move bytes or change where they are.
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class InputOutputTests : IDisposable
{
    private readonly TempDirectory _dir = new();
    private readonly SafeFd _file;

    public InputOutputTests() => _file = _dir.NewFile("file", "0123456789");

    public void Dispose()
    {
        _file.Dispose();
        _dir.Dispose();
    }

    [Fact]
    public void ReadsAndWritesAtAnOffset()
    {
        Assert.Equal(Errno.OK, Libc.Pwrite(_file, "ab"u8, 4, out int count));
        Assert.Equal(2, count);
        byte[] buffer = new byte[4];
        Assert.Equal(Errno.OK, Libc.Pread(_file, buffer, 3, out count));
        Assert.Equal("3ab6"u8, buffer.AsSpan(0, count));
        Assert.Equal(Errno.OK, Libc.Pread(_file, buffer, 9, out count));
        Assert.Equal(1, count);
        Assert.Equal(Errno.OK, Libc.Pread(_file, buffer, 100, out count));
        Assert.Equal(0, count);
        Assert.Equal(Errno.OK, Libc.Pread(_file, default, 0, out count));
        Assert.Equal(0, count);
        Assert.Equal(Errno.EINVAL, Libc.Pread(_file, buffer, ulong.MaxValue, out _));
    }

    [Fact]
    public void AppendsWithoutOAppend()
    {
        Assert.Equal(Errno.OK, Libc.Append(_file, "ab"u8, out int count));
        Assert.Equal(2, count);
        Assert.Equal(Errno.OK, Libc.Pwrite(_file, "X"u8, 0, out _));
        byte[] buffer = new byte[20];
        Assert.Equal(Errno.OK, Libc.Pread(_file, buffer, 0, out count));
        Assert.Equal("X123456789ab"u8, buffer.AsSpan(0, count));
    }

    [Fact]
    public void ReadsAndWritesAtThePosition()
    {
        Assert.Equal(Errno.OK, Libc.Lseek(_file, 8, Libc.SEEK_SET, out _));
        Assert.Equal(Errno.OK, Libc.Write(_file, "xyz"u8, out int count));
        Assert.Equal(3, count);
        Assert.Equal(Errno.OK, Libc.Write(_file, "-end."u8, out count));
        Assert.Equal(5, count);
        Assert.Equal(Errno.OK, Libc.Lseek(_file, 0, Libc.SEEK_SET, out _));
        byte[] buffer = new byte[32];
        Assert.Equal(Errno.OK, Libc.Read(_file, buffer, out count));
        Assert.Equal("01234567xyz-end."u8, buffer.AsSpan(0, count));
    }

    [Fact]
    public void DescriptorsOpenForTheOtherThingAreEbadf()
    {
        Assert.Equal(Errno.OK, Libc.Openat(_dir.Fd, Z("file"), OpenFlags.O_RDONLY, 0, out SafeFd reading));
        using (reading)
        {
            Assert.Equal(Errno.EBADF, Libc.Append(reading, "x"u8, out _));
            Assert.Equal(Errno.EBADF, Libc.Pwrite(reading, "x"u8, 0, out int count));
            Assert.Equal(0, count);
            Assert.Equal(Errno.EBADF, Libc.Write(reading, "x"u8, out _));
            Assert.Equal(Errno.EINVAL, Libc.Ftruncate(reading, 0));
        }

        using SafeFd named = _dir.OpenPath("file");
        Assert.Equal(Errno.EBADF, Libc.Pread(named, new byte[1], 0, out _));
    }

    [Fact]
    public void SizesAreSet()
    {
        Assert.Equal(Errno.OK, Libc.Ftruncate(_file, 5_000_000_000));
        Assert.Equal(5_000_000_000ul, _dir.Stat("file").Size);
        Assert.Equal(Errno.EINVAL, Libc.Ftruncate(_file, ulong.MaxValue));
    }

    [Fact]
    public void SpaceIsAllocatedAndHolesAreFound()
    {
        Assert.Equal(Errno.OK, Libc.Fallocate(_file, 0, 0, 1 << 20));
        Assert.Equal(1ul << 20, _dir.Stat("file").Size);
        Assert.Equal(Errno.OK, Libc.Fallocate(_file, Libc.FALLOC_FL_KEEP_SIZE, 1 << 20, 1 << 20));
        Assert.Equal(1ul << 20, _dir.Stat("file").Size);
        int punch = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
        Assert.Equal(Errno.OK, Libc.Fallocate(_file, punch, 0, 1 << 20));
        Assert.Equal(Errno.OK, Libc.Lseek(_file, 0, Libc.SEEK_HOLE, out long hole));
        Assert.Equal(0, hole);
        Assert.Equal(Errno.ENXIO, Libc.Lseek(_file, 1 << 21, Libc.SEEK_DATA, out _));
    }

    [Fact]
    public void RangesAreCopiedBetweenFiles()
    {
        using SafeFd target = _dir.NewFile("target");
        ulong from = 2;
        ulong to = 1;
        Errno errno = Libc.CopyFileRange(_file, ref from, target, ref to, 5, out ulong copied);
        Assert.Equal(Errno.OK, errno);
        Assert.Equal((5ul, 7ul, 6ul), (copied, from, to));
        byte[] buffer = new byte[16];
        Assert.Equal(Errno.OK, Libc.Pread(target, buffer, 0, out int count));
        Assert.Equal("\0" + "23456", System.Text.Encoding.ASCII.GetString(buffer, 0, count));
    }

    [Fact]
    public void FilesAreSynced()
    {
        Assert.Equal(Errno.OK, Libc.Fsync(_file));
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle("/etc/passwd"))
            Assert.Equal(Errno.OK, Libc.Fsync(file));
        using (Microsoft.Win32.SafeHandles.SafeFileHandle proc = File.OpenHandle("/proc/self/stat"))
            Assert.Equal(Errno.EINVAL, Libc.Fsync(proc));
        Assert.Equal(Errno.OK, Libc.Fdatasync(_file));
        Assert.Equal(Errno.OK, Libc.Syncfs(_dir.Fd));
        Libc.Sync();
        Assert.Equal(Errno.OK, Libc.CloseDuplicate(_file));
        Assert.Equal(Errno.EBADF, Libc.Syncfs(SafeFd.Invalid));
        Assert.Equal(Errno.EBADF, Libc.CloseDuplicate(SafeFd.Invalid));
    }

    [Fact]
    public void FilesystemsAreMeasuredThroughAnyDescriptor()
    {
        using SafeFd named = _dir.OpenPath("file");
        Assert.Equal(Errno.OK, Libc.Fstatfs(named, out Statfs statfs));
        Assert.True(statfs.Bsize > 0 && statfs.Frsize > 0);
        Assert.InRange(statfs.Bfree, 0ul, statfs.Blocks);
        Assert.Equal(255, statfs.Namelen);
        Assert.Equal(Errno.EBADF, Libc.Fstatfs(SafeFd.Invalid, out _));
    }

    [Fact]
    public void HandlesAreOfTheInodeNotTheName()
    {
        Assert.Equal(Errno.OK, Libc.Linkat(_dir.Fd, Z("file"), _dir.Fd, Z("two"), AtFlags.None));
        using SafeFd two = _dir.OpenPath("two");
        byte[] first = new byte[Libc.MaxHandleSize];
        byte[] second = new byte[Libc.MaxHandleSize];
        Errno errno = Libc.NameToHandleAt(_file, first, out int length, out int type);
        if (errno == Errno.EOPNOTSUPP)
            return;
        Assert.Equal(Errno.OK, errno);
        Assert.Equal(Errno.OK, Libc.NameToHandleAt(two, second, out int secondLength, out int secondType));
        Assert.Equal((length, type), (secondLength, secondType));
        Assert.Equal(first, second);
        Assert.Equal(Errno.OK, Libc.NameToHandleAt(_dir.Fd, Z("two"), second, out _, out _));
        Assert.Equal(first, second);
        Assert.Equal(Errno.EOVERFLOW, Libc.NameToHandleAt(two, default, out int needed, out _));
        Assert.Equal(length, needed);
    }
}
