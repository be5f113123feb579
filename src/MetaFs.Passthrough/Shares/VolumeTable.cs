using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Counters;
using MetaFs.Passthrough.Objects;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough.Shares;

/// <summary>The volumes below the root by st_dev; mounts inside the share are found as they are met.</summary>
internal sealed class VolumeTable
{
    private readonly IOverlayStore _store;
    private readonly bool _privileged;
    private readonly ObjectPolicy _objects;
    private readonly Action<ShareVolume, SafeFd> _recover;
    private readonly IdentityPolicy _identity;
    private readonly ILogger _log;
    private readonly Lock _lock = new();

    // Replaced as a whole under _lock, so that readers need none. A share rarely has more than one volume.
    private ShareVolume[] _volumes = [];

    /// <param name="store">The database.</param>
    /// <param name="privileged">Whether the daemon may do what root may.</param>
    /// <param name="objects">Who holds symbolic links and special files.</param>
    /// <param name="recover">
    /// Called for a mount inside the share when it is met, with its root: what a daemon that died there has left open.
    /// </param>
    /// <param name="identity">By what inodes are known.</param>
    /// <param name="log">What a volume has to say.</param>
    public VolumeTable(
        IOverlayStore store, bool privileged, ObjectPolicy objects, Action<ShareVolume, SafeFd> recover,
        IdentityPolicy identity, ILogger log)
    {
        _log = log;
        _recover = recover;
        _store = store;
        _privileged = privileged;
        _objects = objects;
        _identity = identity;
    }

    /// <summary>What became of attributes that were set, on all volumes.</summary>
    public AttributeCounters Counters { get; } = new();

    /// <summary>The volumes met so far.</summary>
    public IReadOnlyList<ShareVolume> All => _volumes;

    /// <summary>The volume of what statx showed.</summary>
    /// <returns>OK; EIO: the database cannot hold another volume.</returns>
    public Errno Find(in Statx stat, SafeFd directory, CString name, out ShareVolume volume)
    {
        foreach (ShareVolume known in _volumes)
        {
            if (known.Dev == stat.Dev)
            {
                volume = known;
                return Errno.OK;
            }
        }

        return Add(stat, directory, name, out volume);
    }

    private Errno Add(in Statx stat, SafeFd directory, CString name, out ShareVolume volume)
    {
        volume = null!;
        Errno errno = Libc.Statx(
            directory, name, AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH,
            ShareVolume.Mask | StatxMask.STATX_MNT_ID, out Statx root);
        if (errno != Errno.OK)
            return errno;
        if (root.Dev != stat.Dev)
            return Errno.ESTALE;
        ShareDescription description = ShareInfo.Describe(root, name.Length == 0 ? directory : null);
        lock (_lock)
        {
            foreach (ShareVolume known in _volumes)
            {
                if (known.Dev == stat.Dev)
                {
                    volume = known;
                    return Errno.OK;
                }
            }

            if (_store.OpenVolume(VolumeChoice.Of(_store, description, _identity), out Volume? row) != OverlayStatus.Ok || row is null)
                return Errno.EIO;
            FileSystemFacts facts = FileSystemFacts.Of(description.Mount);
            bool hasServer = facts.MayLoseNumbers && !row.Identity.ByName
                && (facts.StableInodes || row.Identity.RootIno == description.ServerIdentity?.RootIno);
            facts = facts with { StableInodes = facts.StableInodes || hasServer };
            bool keepAccess = !(facts.IsLocal && _privileged);
            volume = new ShareVolume(_store, row, stat.Dev, _volumes.Length, facts, keepAccess, _objects)
            {
                Counters = Counters,
                Numbers = hasServer ? new ServerNumbers(root.MntId, _log) : null,
            };
            if (volume.Ordinal > 0)
                Recover(volume, directory, name);

            _volumes = [.. _volumes, volume];
            return Errno.OK;
        }
    }

    // A volume is met at its root first: nothing else leads into a mount.
    private void Recover(ShareVolume volume, SafeFd directory, CString name)
    {
        OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        if (Libc.Openat(directory, name, flags, 0, out SafeFd top) != Errno.OK)
        {
            QuarantineRemovals(volume);
            return;
        }

        using (top)
            _recover(volume, top);
    }

    // A daemon died while it removed these files. Without the volume's root they cannot be looked for; and without a guard
    // their records could come to be another file's.
    private void QuarantineRemovals(ShareVolume volume)
    {
        foreach (PendingRemoval pending in _store.PendingRemovals(volume.Id))
        {
            if (_store.Quarantine(pending.Key, "the daemon died while it removed the file") == OverlayStatus.Ok)
                _store.EndRemoval(pending.Key);
        }
    }
}
