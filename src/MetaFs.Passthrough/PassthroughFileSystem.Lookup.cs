using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        entry = default;
        _listingHabits.LookedUp(context.Pid, parent);
        Errno errno = LeaseParent(parent, name, Errno.ENOENT, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            errno = ShareView.Named(directory, lease.Fd, name, out Statx stat);
            if (errno == Errno.ENOENT)
                NameMissed(directory, name);
            if (errno == Errno.ENOENT && _options.NegativeTimeout > TimeSpan.Zero)
            {
                (entry.EntryValid, entry.EntryValidNsec) = Timeout(_options.NegativeTimeout);
                return Errno.OK;
            }

            return errno == Errno.OK ? LookupFound(directory, lease.Fd, name, stat, out entry) : errno;
        }
    }

    /// <inheritdoc/>
    public void Forget(NodeId node, ulong nlookup) => _nodes.Forget(node, nlookup);

    // What statx showed under a name becomes an entry: a node with one more lookup, and its effective attributes.
    private Errno LookupFound(Node directory, SafeFd directoryFd, CString name, in Statx stat, out FuseEntryOut entry)
    {
        entry = default;
        Statx shown = stat;
        Errno errno = LookupNode(directory, directoryFd, name, ref shown, out Node node);
        if (errno != Errno.OK)
            return errno;
        // Nobody could be told of this onlooker when the look was taken.
        if (node.IsDirectory)
            node.Onlookers.Add();
        bool mayBeOld = node.IsDirectory ? node.HasJustChanged : node.IsClientLate;
        if (mayBeOld && StatNode(node, out Statx later) == Errno.OK)
            shown = later;

        entry = EntryOf(node, shown);
        return Errno.OK;
    }

    // The node of what statx showed under a name, with one more lookup and its record loaded. Where what it showed is not what
    // the node is, it is looked at again.
    private Errno LookupNode(Node directory, SafeFd directoryFd, CString name, ref Statx stat, out Node node)
    {
        node = null!;
        Errno errno = _volumes.Find(stat, directoryFd, name, out ShareVolume volume);
        if (errno != Errno.OK)
            return errno;
        errno = volume.IsByName
            ? LookupNamed(volume, directory, directoryFd, name, ref stat, out node)
            : LookupNumbered(volume, directory, directoryFd, name, ref stat, out node);
        if (errno != Errno.OK)
            return errno;
        errno = LoadRecord(node, stat, directory, directoryFd, name);
        if (errno != Errno.OK)
            _nodes.Forget(node.Id, 1);
        return errno;
    }

    private Errno LookupNumbered(
        ShareVolume volume, Node directory, SafeFd directoryFd, CString name, ref Statx stat, out Node node)
    {
        if (!volume.Facts.StableInodes && _nodes.Find(volume, stat) is { } known && HasMoved(known, directory, name))
            _nodes.ReleaseKey(known);
        uint? namesLost = null;
        while (!_nodes.TryLookup(volume, stat, directory, name, namesLost, out node))
        {
            ulong ino = stat.Ino;
            namesLost = directory.NamesLost;
            Errno errno = LookAgain(volume, directory, directoryFd, name, ref stat);
            if (errno != Errno.OK)
                return errno;
            if (stat.Ino == ino && !node.Is(stat))
                Displace(node, stat, directory, name);
        }

        return Errno.OK;
    }

    // A look may be older than the node that it is held against: since then its file was removed and another one was given
    // its number, or its name. Only a look that is newer than the node proves anything against it. Nor does an older one give
    // the node a further name: it may have been renamed since.
    private static Errno LookAgain(ShareVolume volume, Node directory, SafeFd directoryFd, CString name, ref Statx stat)
    {
        Errno errno = ShareView.Named(directory, directoryFd, name, out stat);
        return errno == Errno.OK && stat.Dev != volume.Dev ? Errno.ESTALE : errno;
    }

    // Where inode numbers move, a file that has the number of another name's node is the same inode only if that name
    // still leads to it. With creation times the guards tell.
    private bool HasMoved(Node known, Node directory, CString seenAs)
    {
        if (known.Id == NodeId.Root || known.IsMoving || known.Guard.Kind != GuardKind.None)
            return false;
        NodeName? names = known.Names;
        for (NodeName? name = names; name is not null; name = name.Next)
        {
            if (name.Is(directory, seenAs.Terminated))
                return false;
        }

        for (NodeName? name = names; name is not null; name = name.Next)
        {
            if (_directories.Lease(name.Parent, out DirectoryLease lease) != Errno.OK)
                continue;
            using (lease)
            {
                if (ShareView.Named(name.Parent, lease.Fd, CString.FromTerminated(name.Name), out Statx other) == Errno.OK
                    && known.Is(other))
                    return false;
            }
        }

        return true;
    }

    // A node with this inode number shows another creation time. Either its file is gone and the number was used again, or
    // the share makes creation times up; it does so if another name has the number with the creation time of before.
    private void Displace(Node node, in Statx seen, Node directory, CString seenAs)
    {
        for (NodeName? name = node.Names; name is not null && FileMode.TypeOf(seen.Mode) == node.Guard.FileType; name = name.Next)
        {
            if (name.Is(directory, seenAs.Terminated) || _directories.Lease(name.Parent, out DirectoryLease lease) != Errno.OK)
                continue;
            using (lease)
            {
                if (ShareView.Named(name.Parent, lease.Fd, CString.FromTerminated(name.Name), out Statx other) == Errno.OK
                    && node.Is(other))
                {
                    node.Volume.DistrustBirthTimes();
                    return;
                }
            }
        }

        _nodes.ReleaseKey(node);
    }

    private FuseEntryOut EntryOf(Node node, in Statx stat)
    {
        Statx shown = stat;
        EffectiveAttributes effective = Effective(node, ref shown);
        shown = WithoutHiddenNow(node, shown);
        var entry = new FuseEntryOut
        {
            Nodeid = node.Id.Value,
            Generation = node.Generation,
            Attr = AttributeMerge.ToFuseAttr(shown, effective, node.Volume.ShownIno(node.Ino)),
        };
        (entry.EntryValid, entry.EntryValidNsec) = Timeout(_options.EntryTimeout);
        (entry.AttrValid, entry.AttrValidNsec) = Timeout(AttrTimeoutOf(node));
        return entry;
    }

    private Errno LeaseParent(NodeId id, out Node directory, out DirectoryLease lease)
    {
        lease = default;
        if (!_nodes.TryGet(id, out Node? found))
        {
            directory = null!;
            return Errno.ESTALE;
        }

        directory = found;
        return found.IsRemoved ? Errno.ENOENT : _directories.Lease(found, out lease);
    }

    // A write through a mapping of a lent file passes by the daemon, and the kernel tells its FUSE side nothing of it
    // (fs/fuse/passthrough.c, fuse_passthrough_mmap): while there may be one, only asking shows its time.
    private TimeSpan AttrTimeoutOf(Node node) =>
        node.Open is { Writers: > 0, PassedThrough: > 0 } ? TimeSpan.Zero : _options.AttrTimeout;

    private static (ulong Seconds, uint Nanoseconds) Timeout(TimeSpan time) =>
        ((ulong)time.Ticks / TimeSpan.TicksPerSecond, (uint)((ulong)time.Ticks % TimeSpan.TicksPerSecond * 100));
}
