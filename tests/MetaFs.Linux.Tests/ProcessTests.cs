// The process: ids, limits, capabilities, other processes.
using System.Diagnostics;
using static MetaFs.Linux.Tests.TempDirectory;

namespace MetaFs.Linux.Tests;

public sealed class ProcessTests
{
    [Fact]
    public void IdsAreTheProcesss()
    {
        string[] uids = StatusFields("Uid:");
        string[] gids = StatusFields("Gid:");
        Assert.Equal([uids[0], uids[1]], new[] { $"{Libc.Getuid()}", $"{Libc.Geteuid()}" });
        Assert.Equal([gids[0], gids[1]], new[] { $"{Libc.Getgid()}", $"{Libc.Getegid()}" });
        Assert.Equal(Environment.ProcessId, Libc.Getpid());
    }

    [Fact]
    public void CapabilitiesAreTheEffectiveSet()
    {
        Assert.Equal(Convert.ToUInt64(StatusFields("CapEff:")[0], 16), Capabilities.Effective);
        Assert.Equal(0x1FFul, Capabilities.Parse("Name:\tx\nCapPrm:\t0f\nCapEff:\t00000000000001ff\nCapBnd:\t0\n"u8));
        Assert.Equal(0x2ul, Capabilities.Parse("\nCapEff:\t2"u8));
        Assert.Equal(0ul, Capabilities.Parse("no such line\n"u8));
        Assert.Equal(0ul, Capabilities.Parse("\nCapEff:\tzz\n"u8));
    }

    [Fact]
    public void LimitsAreReadAndSet()
    {
        Assert.Equal(Errno.OK, Libc.Getrlimit(Libc.RLIMIT_CORE, out ulong soft, out ulong hard));
        Assert.Equal(Errno.OK, Libc.Setrlimit(Libc.RLIMIT_CORE, 0, hard));
        Assert.Equal(Errno.OK, Libc.Getrlimit(Libc.RLIMIT_CORE, out ulong now, out ulong same));
        Assert.Equal((0ul, hard), (now, same));
        Assert.Equal(Errno.OK, Libc.Setrlimit(Libc.RLIMIT_CORE, soft, hard));
        Assert.Equal(Errno.EINVAL, Libc.Getrlimit(-1, out soft, out hard));
        Assert.Equal(Errno.EINVAL, Libc.Setrlimit(Libc.RLIMIT_NOFILE, 2, 1));
    }

    [Fact]
    public void AnEndingProcessIsSeenThroughItsDescriptor()
    {
        using Process child = Process.Start("sleep", "600");
        Assert.Equal(Errno.OK, Libc.PidfdOpen(child.Id, out SafeFd fd));
        using (fd)
        {
            Assert.Equal(Errno.OK, Libc.Kill(child.Id, 0));
            Assert.Equal(Errno.OK, Libc.Poll(fd, Libc.POLLIN, 0, out short revents));
            Assert.Equal(0, revents);
            Assert.Equal(Errno.OK, Libc.Kill(child.Id, Libc.SIGKILL));
            Assert.Equal(Errno.OK, Libc.Poll(fd, Libc.POLLIN, 60_000, out revents));

            // And POLLHUP, once the runtime has waited for it (pidfd_poll, kernel/fork.c).
            Assert.Equal(Libc.POLLIN, (short)(revents & ~Libc.POLLHUP));
        }

        child.WaitForExit();
        Assert.Equal(Errno.ESRCH, Libc.Kill(child.Id, 0));
        Assert.Equal(Errno.ESRCH, Libc.PidfdOpen(child.Id, out _));
    }

    [Fact]
    public void ALeaderOfAProcessGroupStartsNoSession()
    {
        // Whether the test host is one depends on who started it; the second call is by the leader the first made.
        _ = Libc.Setsid();
        Assert.Equal(Errno.EPERM, Libc.Setsid());
    }

    [Fact]
    public void TheClockIsTheSystems() =>
        Assert.InRange(
            Libc.RealtimeNanoseconds() - ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100),
            -5_000_000_000,
            5_000_000_000);

    [Fact]
    public void TheSystemLogTakesAnyText() =>
        Libc.Syslog(Libc.LOG_DAEMON | Libc.LOG_DEBUG, "metafs test: 100%s %n \u00e9");

    [Fact]
    public void FilesOfProcAreReadToTheirEnd()
    {
        Assert.Equal(Errno.OK, Libc.ReadAllBytes(Z("/proc/self/maps"), out byte[] maps));
        Assert.Equal((byte)'\n', maps[^1]);
        Assert.Equal(Errno.ENOENT, Libc.ReadAllBytes(Z("/proc/self/absent"), out byte[] none));
        Assert.Empty(none);
        Assert.Equal(Errno.EISDIR, Libc.ReadAllBytes(Z("/proc"), out _));
    }

    private static string[] StatusFields(string label) =>
        File.ReadLines("/proc/self/status")
            .Single(line => line.StartsWith(label, StringComparison.Ordinal))
            .Split('\t')[1..];
}
