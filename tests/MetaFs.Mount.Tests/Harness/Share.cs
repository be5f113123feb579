namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// A share of one kind with a mount of MetaFs over it. Layout of the workspace: <c>backing</c> (the server's side),
/// <c>share</c> (the same directory where nothing lies between), <c>mnt</c>, <c>records/metafs.db</c>.
/// </summary>
public sealed class Share : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _options;
    private readonly bool _trace;

    public Share(ShareKind kind, string options = "", bool trace = false)
    {
        Kind = kind;
        _options = options;
        _trace = trace;
        uint owner = kind == ShareKind.ForeignDirectory ? 33u : 0;
        Backing = _workspace.MakeDirectory("backing", kind == ShareKind.ForeignDirectory ? 775 : 755, owner, owner);
        MountPoint = _workspace.MakeDirectory("mnt", 755, Mounter.Uid, Mounter.Gid);
        _workspace.MakeDirectory("records", 700, Mounter.Uid, Mounter.Gid);
        Directory = kind is ShareKind.BindfsDeny or ShareKind.BindfsIgnore ? _workspace.MakeDirectory("share") : Backing;
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

    public ShareKind Kind { get; }

    /// <summary>Where the files really are: changes made here are made by "another host".</summary>
    public string Backing { get; }

    /// <summary>What MetaFs is given as SOURCE.</summary>
    public string Directory { get; }

    public string MountPoint { get; }

    public string Database => _workspace.Path + "/records/metafs.db";

    public MetaFsMount? Mounted { get; private set; }

    /// <summary>Who mounts, and who is the overlay's root: root, or the service for its own mount.</summary>
    public Identity Mounter => Kind == ShareKind.ForeignDirectory ? Identity.Service : Identity.Root;

    /// <summary>Whether uid and gid of others may use the mount.</summary>
    public bool IsForEverybody => Mounter.Uid == 0;

    public string Scratch(string name, int mode = 755) => _workspace.MakeDirectory(name, mode);

    public void Mount(bool? trace = null) => Mounted = MetaFsMount.Start(
        new MountPlan(Directory, MountPoint, Database)
        {
            Who = Mounter.Uid == 0 ? null : Mounter,
            Options = _options,
            Trace = trace ?? _trace,
        });

    public void Unmount()
    {
        Mounted?.Unmount();
        Mounted?.Dispose();
        Mounted = null;
    }

    public void Remount()
    {
        Unmount();
        Mount();
    }

    /// <summary>Takes the share itself away and brings it back; bindfs may show another owner after it.</summary>
    public void Reattach(uint forcedOwner = 33)
    {
        Detach();
        Attach(forcedOwner);
    }

    private void Attach(uint forcedOwner = 33)
    {
        switch (Kind)
        {
            case ShareKind.BindfsDeny:
                MountBindfs(forcedOwner, "--chown-deny", "--chmod-deny");
                break;
            case ShareKind.BindfsIgnore:
                MountBindfs(forcedOwner, "--chown-ignore", "--chmod-ignore");
                break;
            case ShareKind.Tmpfs:
                Command.Run("mount", "-t", "tmpfs", "-o", "mode=755", "metafs-test", Backing).MustSucceed();
                break;
        }
    }

    private void MountBindfs(uint owner, params string[] policy) =>
        Command.Run("bindfs", [$"--force-user={owner}", $"--force-group={owner}", "--perms=a+rwX", .. policy,
            Backing, Directory]).MustSucceed();

    private void Detach()
    {
        string at = Kind == ShareKind.Tmpfs ? Backing : Directory;
        if (MountTable.Find(at) is null)
            return;
        CommandResult umount = Command.Run("umount", at);
        if (umount.ExitCode == 0)
            return;
        Command.Run("umount", "-l", at); // a failed test may have left a descriptor open; leave the machine clean
        umount.MustSucceed();
    }

    public void Dispose()
    {
        try
        {
            Mounted?.Dispose();
        }
        finally
        {
            Mounted = null;
            Detach();
            _workspace.Dispose();
        }
    }
}
