// A mount from first check to last flush, in the order that leaves nothing behind when a step fails.
using MetaFs.Cli.Options;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Callers;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;
using Microsoft.Extensions.Logging;

namespace MetaFs.Cli.Mounting;

/// <summary>Mounts, serves until unmounted, puts everything away.</summary>
internal sealed class MountSession
{
    private static readonly TimeSpan s_initTimeout = TimeSpan.FromSeconds(10);

    // umount(8) returns before the daemon has ended; a mount right after it finds the database held for a moment.
    private static readonly TimeSpan s_lockWait = TimeSpan.FromSeconds(3);

    private static readonly string s_noInit =
        $"mounted, but the kernel did not begin to talk within {s_initTimeout.TotalSeconds} s";

    private readonly MountRequest _request;
    private readonly MountOptions _options;
    private readonly LineLogger _log;
    private readonly ReadyPipe? _ready;
    private readonly bool _isRoot = Libc.Geteuid() == 0;

    private MountSession(MountRequest request, MountOptions options, LineLogger log, ReadyPipe? ready)
    {
        _request = request;
        _options = options;
        _log = log;
        _ready = ready;
    }

    /// <summary>Returns when the mount is gone and all is on disk.</summary>
    /// <param name="request">What to mount.</param>
    /// <param name="options">Its options, parsed.</param>
    /// <param name="log">Where messages go.</param>
    /// <param name="ready">In the background: who waits for the mount to answer.</param>
    /// <exception cref="CliException">It cannot be mounted; nothing is.</exception>
    public static void Run(MountRequest request, MountOptions options, LineLogger log, ReadyPipe? ready) =>
        new MountSession(request, options, log, ready).Run();

    private void Run()
    {
        if (_options.AsCaller && !_isRoot)
            throw new CliException(ExitCode.Usage, "as=caller needs root: nobody else may act as other users");
        if (_options is { Xattrs: XattrPolicy.None, Acls: true })
            throw new CliException(
                ExitCode.Usage, "xattrs=none has no ACLs either, so it does not go with acl; leave one of them out");
        if (_isRoot && _options is { NoPerm: true, Suid: true } or { NoPerm: true, Dev: true })
            throw new CliException(
                ExitCode.Usage,
                "noperm lets every user give a file to root and make it set-user-ID, so with suid or dev everybody would be "
                + "root; leave one of them out");
        if (_isRoot && _options is { NoPerm: true, AsCaller: false })
            CliLog.NobodyIsChecked(_log, _request.MountPoint);
        Errno limit = ServingProcess.Prepare();
        if (limit != Errno.OK)
            CliLog.FileLimit(_log, limit);
        if (_ready is not null)
            ServingProcess.LeaveSession();
        using var signals = new StopSignals(background: _ready is not null);
        using NotifySocket? supervisor = _ready is null ? NotifySocket.Open() : null;

        // The root is open before anything is mounted over it.
        using MountPlaces places = MountPlaces.Open(_request.Source, _request.MountPoint);
        try
        {
            ShareDescription share = Describe(places);
            string database = DatabasePlace.Choose(_options.Database, places, share, _isRoot);
            DatabaseOwners.Check(database, Libc.Geteuid(), _log);
            using SqliteOverlayStore store = SqliteOverlayStore.Open(database, new OverlayOpenOptions
            {
                LockWait = s_lockWait,
                Log = line => CliLog.Database(_log, line),
                Flush = DiskSync.Flush,
                Watch = DatabaseWatch.Of,
                Intents = true,
            });
            using PassthroughFileSystem fileSystem = OpenFileSystem(places, share, database, store);
            Serve(places, share, database, fileSystem, signals, supervisor);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (FuseMountException e)
        {
            throw new CliException(ExitCode.Mount, e.Message, e);
        }

        CliLog.Unmounted(_log, places.MountPoint);
    }

    private static ShareDescription Describe(MountPlaces places)
    {
        try
        {
            return ShareInfo.Describe(places.Root);
        }
        catch (ShareException e)
        {
            throw new CliException(ExitCode.Share, $"{places.Source}: {e.Message}", e);
        }
    }

    private PassthroughFileSystem OpenFileSystem(
        MountPlaces places, ShareDescription share, string database, SqliteOverlayStore store)
    {
        try
        {
            return new PassthroughFileSystem(places.Root, PassthroughOptions(places, database), store, _log);
        }
        catch (ShareException e)
        {
            throw new CliException(e.ConcernsDatabase ? ExitCode.Database : ExitCode.Share, e.Message, e);
        }
    }

    private void Serve(
        MountPlaces places, ShareDescription share, string database, PassthroughFileSystem fileSystem,
        StopSignals signals, NotifySocket? supervisor)
    {
        ServingProcess.ServeAnyMode();
        SafeFd device = FuseMounter.Mount(FuseOptions(places));
        var mount = new LiveMount(places.MountPoint, _log);
        IFuseFileSystem served = _options.AsCaller ? new CallerFileSystem(fileSystem) : fileSystem;
        using var server = new FuseServer(device, served, ServerOptions(places), _log);
        try
        {
            server.Start();
            if (!server.WaitUntilInitialized(s_initTimeout))
                throw new CliException(ExitCode.Mount, $"{places.MountPoint}: {server.InitFailure ?? s_noInit}");
            signals.Handle(
                signal =>
                {
                    CliLog.Stopping(_log, signal.ToString(), places.MountPoint);
                    supervisor?.Stopping($"unmounting {places.MountPoint}");
                    mount.Detach();
                },
                () =>
                {
                    CliLog.EndedAtOnce(_log, places.MountPoint);
                    Environment.Exit((int)ExitCode.Failure);
                });
            Announce(places, share, database, fileSystem, mount);
            supervisor?.Ready($"{places.Source} is mounted on {places.MountPoint}, records in {database}");
        }
        catch
        {
            mount.Detach();
            throw;
        }

        server.WaitUntilUnmounted();
        supervisor?.Stopping($"{places.MountPoint} is unmounted");
    }

    private void Announce(
        MountPlaces places, ShareDescription share, string database, PassthroughFileSystem fileSystem, LiveMount mount)
    {
        if (!fileSystem.KeepsNumbers)
            CliLog.UnstableInodes(_log, places.Source, share.Mount.Type);
        if (_ready is not null)
        {
            ServingProcess.LeaveCaller();

            // Whoever asked has gone, by ^C most likely: a mount that nobody knows of must not stay.
            if (!_ready.Report(ExitCode.Ok, _log.TakeEarlyWarnings()))
                mount.Detach();
        }

        CliLog.Mounted(_log, places.Source, places.MountPoint, database);
    }

    private PassthroughOptions PassthroughOptions(MountPlaces places, string database) => new()
    {
        Uid = _options.Uid,
        Gid = _options.Gid,
        FileMode = _options.FileMode,
        DirMode = _options.DirMode,

        // Nobody else gets into a user's private mount, so the mounter may do in it what root may, as under fakeroot.
        MounterIsRoot = !_isRoot && !_options.AllowOther,
        NoPerm = _options.NoPerm,
        ReadOnly = _options.ReadOnly,
        EntryTimeout = _options.EntryTimeout,
        AttrTimeout = _options.AttrTimeout,
        NegativeTimeout = _options.NegativeTimeout,
        Chown = _options.Chown,
        Chmod = _options.Chmod,
        Utimens = _options.Utimens,
        Xattrs = _options.Xattrs,
        Acls = _options.HasAcls,
        Objects = _options.Objects,
        Unlinked = _options.AsCaller ? UnlinkedFiles.Leave : _options.Unlinked,
        Identity = _options.Identity,
        Passthrough = _options.Passthrough,
        Source = places.Source,
        MountPoint = places.MountPoint,
        Database = database,
    };

    private FuseMountOptions FuseOptions(MountPlaces places) => new()
    {
        MountPoint = places.MountPoint,
        Source = places.Source,
        AllowOther = _isRoot || _options.AllowOther,
        DefaultPermissions = (_isRoot || _options.AllowOther) && !_options.NoPerm,
        ReadOnly = _options.ReadOnly,
        Suid = _options.Suid,
        Dev = _options.Dev,
        NoExec = _options.NoExec,
    };

    private FuseServerOptions ServerOptions(MountPlaces places)
    {
        var options = new FuseServerOptions
        {
            Passthrough = _options.Passthrough,
            IoUring = _options.IoUring,

            // Where nobody's owner and mode are looked at, nobody's ACL is either.
            PosixAcl = _options.HasAcls && FuseOptions(places).DefaultPermissions,
            Trace = _request.Trace ? Console.Error : null,
        };
        return _options.Threads is { } threads
            ? options with { MaxThreads = threads, MaxIdleThreads = Math.Min(threads, options.MaxIdleThreads) }
            : options;
    }
}
