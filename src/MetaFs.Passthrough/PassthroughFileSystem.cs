// The file system: each FUSE operation is one call on the share plus what the overlay keeps (row 4 of the way).
//
// By topic: Lookup - names to nodes; Share - nodes to the share; Records - the overlay's part; Getattr, Setattr -
// attributes; Create, NewFiles, Objects - files and other objects appear; Link, Remove, Rename - names come and go; Open, Files -
// handles and data; Directories; Xattrs; Control - what the CLI asks.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough;

/// <summary>Serves a share with the owners, modes and times that programs gave its files.</summary>
public sealed partial class PassthroughFileSystem : IFuseFileSystem, IDisposable
{
    private readonly PassthroughOptions _options;
    private readonly IOverlayStore _store;
    private readonly ILogger _log;
    private readonly SafeFd _root;
    private readonly NodeTable _nodes;
    private readonly DirectoryFds _directories;
    private readonly VolumeTable _volumes;
    private readonly HandleTable<OpenFile> _files = new();
    private readonly HandleTable<OpenDirectory> _openDirectories = new();
    private readonly ListingHabits _listingHabits = new();
    private readonly DescriptorBudget _descriptors = DescriptorBudget.OfProcess();
    private readonly ShareDescription _share;
    private readonly long _mountedAt = Libc.RealtimeNanoseconds();
    private IFuseConnection? _connection;
    private volatile bool _passThrough;

    /// <summary>Prepares a share; the mount comes after.</summary>
    /// <param name="root">An O_PATH descriptor of the share's directory, opened before the mount; owned from now on.</param>
    /// <param name="options">How the mount behaves.</param>
    /// <param name="store">The share's overlay; the caller disposes it after the last request.</param>
    /// <param name="log">Where events go.</param>
    /// <exception cref="ShareException">The share cannot be read, or the overlay belongs to another one.</exception>
    public PassthroughFileSystem(SafeFd root, PassthroughOptions options, IOverlayStore store, ILogger log)
    {
        _root = root;
        _options = options;
        _store = store;
        _log = log;
        _share = ShareInfo.Describe(root);
        RequireOwnDatabase();
        _directories = new DirectoryFds(_descriptors.Directories);
        _nodes = new NodeTable(_directories);
        _volumes = new VolumeTable(
            store, Capabilities.Has(Capabilities.CAP_DAC_OVERRIDE), options.Objects,
            (volume, top) =>
            {
                Recover(volume, top);
                ClearLeftovers(volume, top);
            },
            options.Identity, log);

        Errno errno = Libc.Fstatx(root, ShareVolume.Mask, out Statx stat);
        if (errno == Errno.OK)
            errno = _volumes.Find(stat, root, CString.Empty, out ShareVolume volume) is var found && found == Errno.OK
                ? AddRoot(volume, stat)
                : found;
        if (errno != Errno.OK)
            throw new ShareException($"{options.Source}: the share cannot be read: {ErrnoText.Describe(errno)} ({errno})");
    }

    /// <summary>Open files and directories; for the leak checks.</summary>
    public int OpenHandles => _files.Count + _openDirectories.Count;

    /// <summary>Whether the inodes of the share itself are known by their names.</summary>
    public bool IsByName => _nodes.TryGet(NodeId.Root, out Node? root) && root.Volume.IsByName;

    /// <summary>Whether records of the share itself outlive this mount.</summary>
    public bool KeepsNumbers => _nodes.TryGet(NodeId.Root, out Node? root) && root.Volume.KeepsNumbers;

    /// <summary>Inodes the kernel knows; for the leak checks.</summary>
    public int LiveNodes => _nodes.Count;

    /// <inheritdoc/>
    public void Init(IFuseConnection connection)
    {
        _connection = connection;
        _passThrough = _options.Passthrough && connection.Features.HasFlag(FuseInitFlags.FUSE_PASSTHROUGH);
    }

    /// <inheritdoc/>
    public void Destroy()
    {
        EndHiding();
        _store.Sync();
    }

    /// <summary>Closes the share's descriptors.</summary>
    public void Dispose()
    {
        _nodes.Dispose();
        _directories.Dispose();
        _root.Dispose();
    }

    private Errno AddRoot(ShareVolume volume, in Statx stat)
    {
        Statx seen = volume.IsByName ? stat with { Ino = VolumeIdentity.RootByName } : stat;
        Errno errno = volume.Numbers?.Settle(_root, ref seen) ?? Errno.OK;
        if (errno != Errno.OK)
            return errno;
        Node root = _nodes.AddRoot(volume, seen, volume.GuardOf(seen));
        DirectoryFds.SetRoot(root, _root);
        Recover(volume, _root);
        errno = LoadRecord(root, seen, null, _root, CString.Empty);
        if (errno == Errno.OK)
            ClearLeftovers(volume, _root);
        return errno;
    }

    private void RequireOwnDatabase()
    {
        if (VolumeChoice.Refusal(_store, _share, _options.Identity) is { } refusal)
            throw new ShareException($"{_options.Database}: {refusal}, or give another -o db=FILE")
            {
                ConcernsDatabase = true,
            };
        if (!_store.HasVolumes || _share.FindBy(identity => _store.FindVolume(identity, out Volume? row) == OverlayStatus.Ok ? row : null) is not null)
            return;
        string others = string.Join(", ", _store.Volumes().Select(volume => volume.Identity));
        throw new ShareException(
            $"{_options.Database}: this database belongs to {others}, not to {_share.Identity}; "
            + "give the share a database of its own with -o db=FILE; if it is the same share under another name: "
            + $"metafs rebind {_options.Source} --db {_options.Database}")
        {
            ConcernsDatabase = true,
        };
    }
}
