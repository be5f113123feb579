using System.Runtime.InteropServices;
using System.Text;
using MetaFs.Fuse;
using MetaFs.ShareSim.Control;
using MetaFs.ShareSim.Faults;
using Microsoft.Extensions.Logging;

namespace MetaFs.ShareSim;

/// <summary>One share, from its mount to its unmount.</summary>
internal sealed class ShareServer(ServeOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // How long a share that was told to end waits for its last user: a copy of the mount in another process's mount
    // namespace has none that could be asked to go.
    private static readonly TimeSpan s_lastWait = TimeSpan.FromSeconds(2);

    // A share that hangs has as many threads as calls that hang.
    private const int MostThreads = 512;

    private volatile bool _isTold;

    /// <summary>Serves until the share is unmounted, or a signal has unmounted it.</summary>
    /// <param name="ready">Called when the mount answers.</param>
    /// <param name="log">Where messages go.</param>
    /// <exception cref="SyntaxException">It cannot begin.</exception>
    public void Run(Action ready, TextLogger log)
    {
        var faults = new FaultTable();
        foreach (string text in options.FaultTexts)
            faults.Add(FaultParser.Parse(text));
        var gate = new CallGate(faults);
        var share = new SimFileSystem(OpenBacking(out Statx stat), stat, faults, gate);
        using var control = new ControlServer(options.Control, new Commands(faults, gate, share.Numbers));
        Libc.Umask(0);
        using var server = new FuseServer(Mount(), share, ServerOptions(log), log);
        using PosixSignalRegistration term = OnSignal(PosixSignal.SIGTERM, faults);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, faults);
        server.Start();
        if (!server.WaitUntilInitialized(s_patience))
            throw new SyntaxException($"{options.MountPoint}: {server.InitFailure ?? "the kernel does not answer"}");
        control.Start();
        ready();
        while (!server.WaitUntilUnmounted(s_lastWait) && !_isTold)
        {
        }
    }

    private SafeFd OpenBacking(out Statx stat)
    {
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(Encoding.UTF8.GetBytes(options.Backing + "\0")),
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        stat = default;
        if (errno == Errno.OK)
            errno = Libc.Fstatx(fd, StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME, out stat);
        return errno == Errno.OK
            ? fd
            : throw new SyntaxException($"{options.Backing}: {ErrnoText.Describe(errno)} ({errno})");
    }

    private SafeFd Mount()
    {
        try
        {
            return FuseMounter.Mount(new FuseMountOptions
            {
                MountPoint = options.MountPoint,
                Source = options.Source ?? options.Backing,
                Subtype = options.Subtype,
                AllowOther = Libc.Geteuid() == 0,
                DefaultPermissions = options.Permissions,
            });
        }
        catch (FuseMountException failed)
        {
            throw new SyntaxException(failed.Message);
        }
    }

    private FuseServerOptions ServerOptions(TextLogger log) => new()
    {
        Wanted = SimFileSystem.Features,
        Passthrough = false,
        MaxThreads = MostThreads,
        Trace = options.Trace ? log.Writer : null,
    };

    // Hanging calls end first: the mount could not.
    private PosixSignalRegistration OnSignal(PosixSignal signal, FaultTable faults) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            faults.Remove(fault => fault is HangFault);
            if (FuseMounter.Unmount(options.MountPoint, lazy: false) != Errno.OK)
                _ = FuseMounter.Unmount(options.MountPoint, lazy: true);
            _isTold = true;
        });
}
