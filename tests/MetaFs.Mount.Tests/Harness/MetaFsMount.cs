using System.Diagnostics;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>What to mount and how.</summary>
public sealed record MountPlan(string Source, string MountPoint, string Database)
{
    /// <summary>Who starts the daemon; null: whoever runs the tests.</summary>
    public Identity? Who { get; init; }

    /// <summary>Further <c>-o</c> options, comma-separated.</summary>
    public string Options { get; init; } = "";

    /// <summary>Prints one line per request and reply into the log (<c>-d</c>).</summary>
    public bool Trace { get; init; }

    /// <summary>The daemon's RLIMIT_NOFILE.</summary>
    public int? OpenFiles { get; init; }

    public string[] Arguments(params string[] flags) =>
        ["mount", Source, MountPoint, "-o", Options.Length == 0 ? $"db={Database}" : $"db={Database},{Options}", .. flags];
}

/// <summary>A running <c>metafs mount -f</c>, with its output kept in a file.</summary>
public sealed class MetaFsMount : IDisposable
{
    private readonly Process _process;
    private bool _ended;
    private bool _disposed;

    private MetaFsMount(MountPlan plan, Process process, string log)
    {
        Plan = plan;
        _process = process;
        Log = log;
    }

    public MountPlan Plan { get; }

    public string MountPoint => Plan.MountPoint;

    public int Pid => _process.Id;

    /// <summary>The file with everything that the daemon printed.</summary>
    public string Log { get; }

    /// <summary>Whether the daemon has ended, or does so in this moment.</summary>
    public bool HasExited => _process.WaitForExit(TimeSpan.FromMilliseconds(100));

    /// <summary>Starts the daemon and returns when the mount answers.</summary>
    public static MetaFsMount Start(MountPlan plan)
    {
        string log = plan.Database + ".log";
        Process process = Process.Start(Command.Prepare(plan.Who, LoggedCommand(plan, log)))!;
        MetaFsMount mount = new(plan, process, log);
        Stopwatch waited = Stopwatch.StartNew();
        while (!MountTable.IsMetaFs(plan.MountPoint))
        {
            if (process.HasExited || waited.Elapsed > Patience.Limit)
            {
                mount.Kill();
                Assert.Fail($"metafs {string.Join(' ', plan.Arguments("-f"))}: no mount\n{mount.LogTail()}");
            }

            Thread.Sleep(5);
        }

        // The first stat waits in the kernel for the INIT handshake.
        (plan.Who ?? new Identity(Posix.EffectiveUid, Posix.EffectiveGid)).Run(() => Posix.Stat(plan.MountPoint));
        return mount;
    }

    /// <summary>A bash line that sets the limit, sends all output to the log and becomes the daemon.</summary>
    /// <remarks>A run that was started in the background by a shell ignores SIGINT, and would pass that on.</remarks>
    private static string[] LoggedCommand(MountPlan plan, string log)
    {
        string limit = plan.OpenFiles is int files ? $"ulimit -n {files}; " : "";
        string[] flags = plan.Trace ? ["-f", "-d"] : ["-f"];
        return ["/bin/bash", "-c", limit + "log=$1; shift; exec env --default-signal=INT \"$@\" >>\"$log\" 2>&1 </dev/null", "bash", log,
            MetaFsProgram.Path, .. plan.Arguments(flags)];
    }

    /// <summary>Unmounts with <c>metafs umount</c> and waits for the daemon's orderly end.</summary>
    public void Unmount()
    {
        CommandResult umount = MetaFsProgram.Run(Plan.Who, "umount", MountPoint);
        Assert.True(umount.ExitCode == 0, $"{umount.Line}: {umount.Errors}{umount.Output}\n{LogTail()}");
        Assert.False(MountTable.IsMetaFs(MountPoint), $"{MountPoint} is still mounted");
        WaitForExit();
        Assert.True(_process.ExitCode == 0, $"the daemon ended with status {_process.ExitCode}\n{LogTail()}");
        _ended = true;
    }

    /// <summary>Waits for the daemon's end, whatever brought it about.</summary>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Patience.Limit), $"the daemon still runs after {Patience.Limit}\n{LogTail()}");
        _ended = !MountTable.IsMetaFs(MountPoint);
        return _process.ExitCode;
    }

    /// <summary>Ends the daemon as a power cut would, and takes the dead mount away.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            Posix.Kill(_process.Id, 9);
            _process.WaitForExit();
        }

        if (MountTable.IsMetaFs(MountPoint))
        {
            Command.Run(Plan.Who, Posix.EffectiveUid == 0 && Plan.Who is null ? "umount" : "fusermount3",
                Posix.EffectiveUid == 0 && Plan.Who is null ? ["-l", MountPoint] : ["-u", "-z", MountPoint]).MustSucceed();
        }

        _ended = true;
    }

    public MetaFsMount Remount()
    {
        Unmount();
        return Start(Plan);
    }

    /// <summary>The end of what the daemon printed: what a failing test shows.</summary>
    public string LogTail(int lines = 60) =>
        System.IO.File.Exists(Log) ? string.Join('\n', System.IO.File.ReadLines(Log).TakeLast(lines)) : "(no log)";

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            _ended |= _process.HasExited && !MountTable.IsMetaFs(MountPoint);
            if (!_ended)
                Unmount();
        }
        finally
        {
            if (!_ended)
                Kill();
            _process.Dispose();
        }
    }
}
