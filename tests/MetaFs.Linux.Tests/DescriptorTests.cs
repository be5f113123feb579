// Pipes, sockets, copies of descriptors, and waiting for them.
using System.Text;
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class DescriptorTests : IDisposable
{
    private const ulong FIONREAD = 0x541B;
    private const ulong TCGETS = 0x5401;

    private readonly TempDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void DescriptorsTravelOverASocket()
    {
        using SafeFd file = _dir.NewFile("file", "passed on");
        Assert.Equal(Errno.OK, Libc.Socketpair(out SafeFd here, out SafeFd there));
        using (here)
        using (there)
        {
            Assert.Equal(Errno.OK, Libc.SendFd(here, file));
            Assert.Equal(Errno.OK, Libc.RecvFd(there, out SafeFd received));
            using (received)
            {
                Assert.NotEqual(file.Value, received.Value);
                Assert.True(IsClosedOnExec(received));
                byte[] buffer = new byte[16];
                Assert.Equal(Errno.OK, Libc.Pread(received, buffer, 0, out int count));
                Assert.Equal("passed on", Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
    }

    [Fact]
    public void ASocketWithoutADescriptorToGiveIsAnError()
    {
        Assert.Equal(Errno.OK, Libc.Socketpair(out SafeFd here, out SafeFd there));
        using (there)
        {
            using (here)
                Assert.Equal(Errno.OK, Libc.Write(here, "x"u8, out _));
            Assert.Equal(Errno.EBADMSG, Libc.RecvFd(there, out SafeFd none));
            Assert.Same(SafeFd.Invalid, none);
            Assert.Equal(Errno.ECONNRESET, Libc.RecvFd(there, out _));
            Assert.Equal(Errno.EPIPE, Libc.SendFd(there, _dir.Fd));
        }

        Assert.Equal(Errno.ENOTSOCK, Libc.RecvFd(_dir.Fd, out _));
        Assert.Equal(Errno.ENOTSOCK, Libc.SendFd(_dir.Fd, _dir.Fd));
    }

    [Fact]
    public void NewDescriptorsAreClosedOnExecUntilToldOtherwise()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd readEnd, out SafeFd writeEnd));
        Assert.Equal(Errno.OK, Libc.Dup(readEnd, out SafeFd copy));
        using (readEnd)
        using (writeEnd)
        using (copy)
        {
            Assert.True(IsClosedOnExec(readEnd) && IsClosedOnExec(writeEnd) && IsClosedOnExec(copy));
            Assert.Equal(Errno.OK, Libc.SetCloseOnExec(readEnd, false));
            Assert.False(IsClosedOnExec(readEnd));
            Assert.Equal(Errno.OK, Libc.SetCloseOnExec(readEnd, true));
            Assert.True(IsClosedOnExec(readEnd));
        }

        Assert.Equal(Errno.EBADF, Libc.SetCloseOnExec(SafeFd.Invalid, true));
        Assert.Equal(Errno.EBADF, Libc.Dup(SafeFd.Invalid, out _));
    }

    [Fact]
    public void ANumberCanBeMadeAnotherFile()
    {
        using SafeFd first = _dir.NewFile("first");
        using SafeFd second = _dir.NewFile("second", "second");
        Assert.Equal(Errno.OK, Libc.Dup2(second, first.Value));
        Assert.Equal(Errno.OK, Libc.Fstatx(first, StatxMask.STATX_BASIC_STATS, out Statx stat));
        Assert.Equal(6ul, stat.Size);
        Assert.False(IsClosedOnExec(first));
    }

    [Fact]
    public void PollSaysWhatHappened()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd readEnd, out SafeFd writeEnd, OpenFlags.O_NONBLOCK));
        using (readEnd)
        {
            Assert.Equal(Errno.OK, Libc.Poll(readEnd, Libc.POLLIN, 0, out short revents));
            Assert.Equal(0, revents);
            Assert.Equal(Errno.EAGAIN, Libc.Read(readEnd, new byte[1], out _));
            using (writeEnd)
                Assert.Equal(Errno.OK, Libc.Write(writeEnd, "abc"u8, out _));
            Assert.Equal(Errno.OK, Libc.Poll(readEnd, Libc.POLLIN, -1, out revents));
            Assert.Equal(Libc.POLLIN | Libc.POLLHUP, revents);

            int waiting = 0;
            Assert.Equal(Errno.OK, Libc.Ioctl(readEnd, FIONREAD, ref waiting));
            Assert.Equal(3, waiting);
        }
    }

    [Fact]
    public void RequestsADeviceDoesNotKnowAreEnotty()
    {
        using SafeFd file = _dir.NewFile("file");
        Assert.Equal(Errno.ENOTTY, Libc.Ioctl(file, TCGETS, new byte[64]));
        Assert.Equal(Errno.ENOTTY, Libc.Ioctl(file, TCGETS, new byte[64], out int result));
        Assert.Equal(0, result);
        Assert.Equal(Errno.EBADF, Libc.Ioctl(SafeFd.Invalid, TCGETS, default));
    }

    [Fact]
    public void ALockIsOfTheOpenFile()
    {
        using SafeFd first = _dir.NewFile("file");
        Assert.Equal(Errno.OK, Libc.Openat(_dir.Fd, Z("file"), OpenFlags.O_RDWR, 0, out SafeFd second));
        using (second)
        {
            Assert.Equal(Errno.OK, Libc.Flock(first, Libc.LOCK_EX | Libc.LOCK_NB));
            Assert.Equal(Errno.EAGAIN, Libc.Flock(second, Libc.LOCK_EX | Libc.LOCK_NB));
            Assert.Equal(Errno.OK, Libc.Flock(first, Libc.LOCK_UN));
            Assert.Equal(Errno.OK, Libc.Flock(second, Libc.LOCK_SH | Libc.LOCK_NB));
        }
    }

    private static bool IsClosedOnExec(SafeFd fd)
    {
        string line = File.ReadLines($"/proc/self/fdinfo/{fd.Value}")
            .Single(l => l.StartsWith("flags:", StringComparison.Ordinal));
        return new OpenFlags(Convert.ToInt32(line["flags:".Length..].Trim(), 8)).Has(OpenFlags.O_CLOEXEC);
    }
}
