namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// A share whose faults are programmed (docs/sharesim.md) with a mount of MetaFs over it, by root. The workspace has
/// <c>backing</c> (the server's disk), <c>share</c> (with faults), <c>mnt</c> (MetaFs), <c>records/metafs.db</c>.
/// </summary>
public sealed class FaultyShare : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string[] _options;
    private ShareSimProcess? _sim;
    private MetaFsMount? _mount;

    /// <param name="moving">
    /// Whether MetaFs takes it for a share whose inode numbers move: its source is no directory then.
    /// </param>
    /// <param name="faults">From the start.</param>
    public FaultyShare(bool moving, params string[] faults)
    {
        Backing = _workspace.MakeDirectory("backing");
        SharePoint = _workspace.MakeDirectory("share");
        MountPoint = _workspace.MakeDirectory("mnt");
        _workspace.MakeDirectory("records", 700);
        string[] source = moving ? ["--source", "sharesim"] : [];
        _options = [.. source, .. faults.SelectMany(fault => new[] { "--fault", fault })];
        try
        {
            Attach();
            Mount();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public FaultyShare(params string[] faults)
        : this(false, faults)
    {
    }

    /// <summary>Changes here are made by another host.</summary>
    public string Backing { get; }

    /// <summary>The share as it shows itself.</summary>
    public string SharePoint { get; }

    public string MountPoint { get; }

    public string Database => _workspace.Path + "/records/metafs.db";

    public ShareSimProcess Sim => _sim ?? throw new InvalidOperationException("the share is detached");

    /// <summary>A path on the mount.</summary>
    public string At(string name) => $"{MountPoint}/{name}";

    /// <summary>The same file as the share shows it.</summary>
    public string On(string name) => $"{SharePoint}/{name}";

    /// <summary>The same file on the server's disk.</summary>
    public string Behind(string name) => $"{Backing}/{name}";

    /// <summary>Programs the share.</summary>
    public void Fault(params string[] faults)
    {
        foreach (string fault in faults)
            Sim.Ctl(fault);
    }

    /// <summary>Ends every fault.</summary>
    public void Heal() => Sim.Ctl("clear");

    public RecordRow[] Records() => Harness.Records.Of(Identity.Root, Database);

    /// <summary>Mounts MetaFs over the share.</summary>
    /// <param name="options">More mount options, with a comma before each.</param>
    public void Mount(string options = "") => _mount = MetaFsMount.Start(new MountPlan(SharePoint, MountPoint, Database)
    {
        // The share is asked each time, so that what it says shows at once.
        Options = $"attr_timeout=0,entry_timeout=0{options}",
        Trace = true,
    });

    public void Unmount()
    {
        _mount?.Unmount();
        _mount?.Dispose();
        _mount = null;
    }

    /// <summary>The daemon dies, and its mount is taken away. Where it hangs in the share, it goes no further than that.</summary>
    public void Kill()
    {
        Posix.Kill(_mount!.Pid, 9);
        Sim.Ctl("resume"); // a process that waits for an answer of a FUSE server does not end before it has it
        _mount.Kill();
        _mount.Dispose();
        _mount = null;
    }

    public void Remount()
    {
        Unmount();
        Mount();
    }

    /// <summary>Ends the share's server and starts it again, as a reboot would; MetaFs must not be mounted.</summary>
    public void Reattach()
    {
        Sim.Dispose();
        _sim = null;
        Attach();
    }

    public void Dispose()
    {
        try
        {
            if (_mount is not null)
                _sim?.Ctl("clear");
            _mount?.Dispose();
        }
        finally
        {
            _mount = null;
            _sim?.Dispose();
            _workspace.Dispose();
        }
    }

    private void Attach() => _sim = ShareSimProcess.Start(Backing, SharePoint, _options);
}
