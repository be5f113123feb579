// Signals in the middle of a call.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MetaFs.Linux.Tests;

public sealed partial class InterruptTests
{
    private const int SIGWINCH = 28;

    [Fact]
    public void PollKeepsItsTimeThoughSignalsArrive()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd readEnd, out SafeFd writeEnd));
        using (readEnd)
        using (writeEnd)
        {
            Errno errno = Errno.EINTR;
            short revents = -1;
            var watch = Stopwatch.StartNew();
            SignalledWhile(() => errno = Libc.Poll(readEnd, Libc.POLLIN, 300, out revents));
            Assert.Equal((Errno.OK, (short)0), (errno, revents));
            Assert.InRange(watch.ElapsedMilliseconds, 290, 10_000);
        }
    }

    [Fact]
    public void ReadsAreStartedAgain()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd readEnd, out SafeFd writeEnd));
        using (readEnd)
        using (writeEnd)
        {
            Errno errno = Errno.EINTR;
            int count = -1;
            var writer = new Thread(() =>
            {
                Thread.Sleep(200);
                _ = Libc.Write(writeEnd, "x"u8, out _);
            });
            writer.Start();
            SignalledWhile(() => errno = Libc.Read(readEnd, new byte[4], out count));
            writer.Join();
            Assert.Equal((Errno.OK, 1), (errno, count));
        }
    }

    /// <summary>Runs a call on a thread of its own and sends that thread a signal every few milliseconds.</summary>
    private static void SignalledWhile(Action call)
    {
        // Some handler has to be there: the default for SIGWINCH is to ignore it, which interrupts nothing.
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => { });
        int thread = 0;
        var worker = new Thread(() =>
        {
            Volatile.Write(ref thread, gettid());
            call();
        });
        worker.Start();
        while (!worker.Join(5))
        {
            if (Volatile.Read(ref thread) is > 0 and int id)
                _ = tgkill(Libc.Getpid(), id, SIGWINCH);
        }
    }

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int tgkill(int pid, int tid, int signal);
}
