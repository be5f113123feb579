using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>A point in the daemon's work: the entry of the n-th call of a kind, on whichever thread comes there first.</summary>
public sealed record KillPoint(string Call, int Nth)
{
    public override string ToString() => $"before {Call} {Nth}";
}

/// <summary>strace(1) on a running daemon: lists its calls, or ends it with SIGKILL at one of them.</summary>
/// <remarks>strace counts per thread and per kind of call, so the daemon is to serve with one thread.</remarks>
internal sealed partial class SystemCallTap : IDisposable
{
    // All that changes the share, the database (pwrite64) or the kernel's view (write: the reply).
    private const string Calls =
        "write,writev,pwrite64,openat,mkdirat,mknodat,symlinkat,linkat,unlinkat,renameat2,fchownat,fchown,fchmod,fchmodat,"
        + "utimensat,ftruncate,fallocate,fsetxattr,setxattr,removexattr,fsync,fdatasync";

    private readonly Process _strace;
    private readonly int _pid;
    private readonly string _log;

    private SystemCallTap(Process strace, int pid, string log)
    {
        _strace = strace;
        _pid = pid;
        _log = log;
    }

    /// <summary>Attaches; returns when the daemon runs under it.</summary>
    /// <param name="pid">The daemon.</param>
    /// <param name="log">Where the calls are listed.</param>
    /// <param name="kill">Where to end it; null: nowhere.</param>
    public static SystemCallTap Attach(int pid, string log, KillPoint? kill = null)
    {
        string[] inject = kill is null ? [] : ["-e", $"inject={kill.Call}:signal=SIGKILL:when={kill.Nth}"];
        ProcessStartInfo start = Command.Prepare(
            null, ["strace", "-f", "-p", $"{pid}", "-o", log, "-e", "trace=" + Calls, .. inject]);
        start.RedirectStandardError = true;
        Process strace = Process.Start(start)!;
        string? said = strace.StandardError.ReadLine();
        if (said is null || !said.Contains("attached", StringComparison.Ordinal))
            Assert.Fail($"strace: {said}{strace.StandardError.ReadToEnd()}");
        return new SystemCallTap(strace, pid, log);
    }

    /// <summary>Detaches, or ends with a daemon that was killed.</summary>
    /// <remarks>strace 6.1 on Linux 6.18 can wait for ever for the last thread of a process that it has killed.</remarks>
    public void Detach()
    {
        if (!_strace.HasExited)
            Posix.Kill(_strace.Id, 2);
        Stopwatch waited = Stopwatch.StartNew();
        while (!_strace.WaitForExit(TimeSpan.FromMilliseconds(20)))
        {
            Assert.True(waited.Elapsed < Patience.Limit, "strace does not end");
            if (IsDead(_pid))
                Posix.Kill(_strace.Id, 9);
        }
    }

    private static bool IsDead(int pid)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[status.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The points that a run passed, in order of calls.</summary>
    public List<KillPoint> Points()
    {
        Dictionary<string, int> counts = [];
        List<KillPoint> points = [];
        foreach (string line in File.ReadLines(_log))
        {
            if (CallName().Match(line) is not { Success: true } match)
                continue;
            // A call that strace has no name for, as 6.1 for fchmodat2, it lists but cannot act on.
            string call = match.Groups[1].Value;
            if (call.StartsWith("syscall_", StringComparison.Ordinal))
                continue;
            counts[call] = counts.GetValueOrDefault(call) + 1;
            points.Add(new KillPoint(call, counts[call]));
        }

        return points;
    }

    public void Dispose()
    {
        Detach();
        _strace.Dispose();
    }

    // "1234 openat(..."; lines of signals and resumed calls have another form.
    [GeneratedRegex(@"^\d+\s+([a-z0-9_]+)\(")]
    private static partial Regex CallName();
}
