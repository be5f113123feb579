// Volumes whose inodes are known by their names: what number a name has, and which names the database keeps.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private ulong _nameless;

    // The node of what statx showed under a name, with one more lookup.
    private Errno LookupNamed(
        ShareVolume volume, Node directory, SafeFd directoryFd, CString name, ref Statx seen, out Node node)
    {
        uint? namesLost = null;
        while (true)
        {
            Errno errno = TryLookupNamed(volume, directory, name, seen, namesLost, out Node? found);
            node = found!;
            if (errno != Errno.OK || found is not null)
                return errno;
            namesLost = directory.NamesLost;
            errno = LookAgain(volume, directory, directoryFd, name, ref seen);
            if (errno != Errno.OK)
                return errno;
        }
    }

    // No error and no node: what was seen is not what the name is known for, and only another look can tell which is older.
    private Errno TryLookupNamed(
        ShareVolume volume, Node directory, CString name, in Statx seen, uint? namesLost, out Node? node)
    {
        node = null;
        if (ShareView.Known(directory, volume, name) is { } replaced && !replaced.Is(seen with { Ino = replaced.Ino }))
        {
            if (namesLost is not null)
                Supplant(replaced, directory, name, namesLost);
            return Errno.OK;
        }

        Node? linked = LinkedTo(volume, seen);
        lock (volume.Naming)
        {
            bool isProven = directory.NamesLost == namesLost;
            Node? known = ShareView.Known(directory, volume, name);
            ulong ino = known?.Ino ?? 0;
            bool isKept = false;
            Errno errno = known is null
                ? NumberOf(volume, directory, name, seen, isProven, linked, out ino, out isKept)
                : Errno.OK;
            if (errno != Errno.OK || ino == 0)
                return errno;
            if (!_nodes.TryLookup(volume, seen with { Ino = ino }, directory, name, namesLost, out Node found))
            {
                if (isProven && known is null && !found.Is(seen with { Ino = ino }))
                    _nodes.ReleaseKey(found);
                return Errno.OK;
            }

            node = found;
            if (known is null)
                volume.Links.Note(found, seen);
            if (isKept && NameIn(found, directory, name) is { } kept)
                kept.IsKept = true;
            return Errno.OK;
        }
    }

    /// <summary>The number that listings show for a name.</summary>
    private ulong ListedIno(Node directory, in Dirent entry)
    {
        ShareVolume volume = directory.Volume;
        if (!volume.IsByName)
            return volume.ShownIno(entry.Ino);
        if (entry.IsDotOrDotDot)
            return volume.ShownIno((entry.Name.Length == 1 ? directory : directory.Names?.Parent ?? directory).Ino);
        if (ShareView.Known(directory, volume, entry.Name) is { } known)
            return volume.ShownIno(known.Ino);
        ReadOnlySpan<byte> form = volume.FormOf(entry.Name.Bytes);
        if (_store.HasNames && _store.FindName(volume.Id, directory.Ino, form, out ulong ino) == OverlayStatus.Ok)
            return volume.ShownIno(ino);
        return FreshNumber(volume, directory.Ino, form, out ino) == Errno.OK ? volume.ShownIno(ino) : entry.Ino;
    }

    // The number of a name that the kernel does not know; 0: what was seen is not what had the name when it was kept, and
    // may be older. Under the volume's Naming.
    private Errno NumberOf(
        ShareVolume volume, Node directory, CString name, in Statx seen, bool isProven, Node? linked, out ulong ino,
        out bool isKept)
    {
        ino = VolumeIdentity.RootByName;
        isKept = false;
        if (!ReferenceEquals(volume, directory.Volume))
            return Errno.OK;
        ReadOnlySpan<byte> form = volume.FormOf(name.Bytes);
        if (_store.HasNames)
        {
            OverlayStatus status = _store.FindName(volume.Id, directory.Ino, form, out ino);
            if (status is not (OverlayStatus.Ok or OverlayStatus.NotFound))
                return ErrnoOf(status);
            if (status == OverlayStatus.Ok)
            {
                Errno errno = Confirm(volume, ino, seen, out isKept);
                if (errno != Errno.OK || isKept)
                    return errno;
                if (!isProven)
                {
                    ino = 0;
                    return Errno.OK;
                }

                Disown(volume, directory.Ino, form, ino);
            }
        }

        if (linked is null)
            return FreshNumber(volume, directory.Ino, form, out ino);
        ino = linked.Ino;
        return Errno.OK;
    }

    // Whether what has the name now can be what had it when the name was kept.
    private Errno Confirm(ShareVolume volume, ulong ino, in Statx seen, out bool isSame)
    {
        var key = new InodeKey(volume.Id, ino);
        isSame = true;
        if (_nodes.Find(key) is { } live)
        {
            isSame = live.Is(seen with { Ino = ino });
            return Errno.OK;
        }

        OverlayStatus status = _store.Get(key, out InodeRecord? record);
        if (status == OverlayStatus.Ok)
            isSame = volume.GuardOf(seen).Matches(record!.Guard);
        return status is OverlayStatus.Ok or OverlayStatus.NotFound ? Errno.OK : ErrnoOf(status);
    }

    private Errno FreshNumber(ShareVolume volume, ulong parent, ReadOnlySpan<byte> form, out ulong ino)
    {
        for (uint attempt = 0; ; attempt++)
        {
            ino = NameNumber.Of(parent, form, attempt);
            var key = new InodeKey(volume.Id, ino);
            if (_nodes.IsLive(key))
                continue;
            if (!_store.HasNames && _store.IsEmpty)
                return Errno.OK;
            OverlayStatus status = _store.IsTaken(key, out bool taken);
            if (status != OverlayStatus.Ok)
                return ErrnoOf(status);
            if (!taken)
                return Errno.OK;
        }
    }

    // A node for what was made a moment ago under a name: whatever had the name before is gone from there.
    private Errno AddMade(Node directory, SafeFd directoryFd, CString name, in Statx stat, out Node made)
    {
        made = null!;
        Errno errno = _volumes.Find(stat, directoryFd, name, out ShareVolume volume);
        if (errno != Errno.OK)
            return errno;
        if (!volume.IsByName)
        {
            made = _nodes.AddNew(volume, stat, directory, name);
            return Errno.OK;
        }

        ClearName(directory, name);
        lock (volume.Naming)
        {
            errno = FreshNumber(volume, directory.Ino, volume.FormOf(name.Bytes), out ulong ino);
            if (errno == Errno.OK)
                made = _nodes.AddNew(volume, stat with { Ino = ino }, directory, name);
            return errno;
        }
    }

    // Without a name the number can only be counted.
    private Errno AddNameless(ShareVolume volume, in Statx stat, out Node made)
    {
        made = null!;
        if (!volume.IsByName)
        {
            made = _nodes.AddNameless(volume, stat);
            return Errno.OK;
        }

        lock (volume.Naming)
        {
            Span<byte> count = stackalloc byte[sizeof(ulong)];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(count, ++_nameless);
            Errno errno = FreshNumber(volume, 0, count, out ulong ino);
            if (errno == Errno.OK)
                made = _nodes.AddNameless(volume, stat with { Ino = ino });
            return errno;
        }
    }

    /// <summary>Whatever has a name here, or is remembered by it, is gone from the share: something new has the name.</summary>
    private void ClearName(Node directory, CString name)
    {
        ShareVolume volume = directory.Volume;
        if (ShareView.Known(directory, volume, name) is { } known)
            Supplant(known, directory, name);
        ReadOnlySpan<byte> form = volume.FormOf(name.Bytes);
        lock (volume.Naming)
        {
            if (_store.HasNames && _store.FindName(volume.Id, directory.Ino, form, out ulong ino) == OverlayStatus.Ok)
                Disown(volume, directory.Ino, form, ino);
        }
    }

    // A name that the share does not have any more, and nothing but the name to know its file again by: who gets the name next
    // is somebody else.
    private void NameMissed(Node directory, CString name)
    {
        ShareVolume volume = directory.Volume;
        if (!volume.IsByName || !_store.HasNames || ShareView.Known(directory, volume, name) is not null)
            return;
        ReadOnlySpan<byte> form = volume.FormOf(name.Bytes);
        if (_store.FindName(volume.Id, directory.Ino, form, out ulong ino) != OverlayStatus.Ok)
            return;
        var key = new InodeKey(volume.Id, ino);
        OverlayStatus status = _store.Get(key, out InodeRecord? record);

        // Without a record a directory above others has one name, and a file several.
        bool isStale = status == OverlayStatus.Ok
            ? record!.Guard.Kind == GuardKind.None
            : status == OverlayStatus.NotFound && _store.CountNames(key, out long names) == OverlayStatus.Ok && names > 1;
        if (!isStale)
            return;

        // A file that was made or renamed meanwhile is known before its name is kept.
        lock (volume.Naming)
        {
            if (ShareView.Known(directory, volume, name) is null)
                Disown(volume, directory.Ino, form, ino);
        }
    }

    // A node's name leads to another file. A look that says so has to be newer than all that its directory lost.
    private void Supplant(Node node, Node directory, CString name, uint? namesLost = null)
    {
        lock (node)
        {
            bool wasKept;
            lock (node.Volume.Naming)
            {
                if ((namesLost is not null && directory.NamesLost != namesLost)
                    || !ReferenceEquals(ShareView.Known(directory, node.Volume, name), node))
                    return;
                wasKept = _nodes.RemoveEntry(node, directory, name);
            }

            bool leads = node.Names is { } names && StatNames(node, names, out _) == Errno.OK;
            if (!leads && node.Record is { } record)
                Quarantine(node, record);
            if (wasKept || node.Record is not null)
                Forgotten(_store.Apply([], [KeptNames.Lost(node, directory, name.Bytes)]));
        }
    }

    // The same for an inode that the kernel does not know. The record first: while the name is there, so is the way to it.
    // Under the volume's Naming, so that it stays unknown.
    private void Disown(ShareVolume volume, ulong parent, ReadOnlySpan<byte> form, ulong ino)
    {
        var key = new InodeKey(volume.Id, ino);
        if (_store.CountNames(key, out long names) == OverlayStatus.Ok && names <= 1 && _nodes.Find(key) is null)
        {
            PassthroughLog.Supplanted(_log, ino);
            Forgotten(_store.Quarantine(key, "its name leads to another file"));
        }

        Forgotten(_store.Apply([], [new NameChange(volume.Id, parent, form.ToArray(), 0, ino)]));
    }

    // The known inode that a file with several names is, where the share shows all of them under one number at a time.
    private Node? LinkedTo(ShareVolume volume, in Statx seen)
    {
        if (seen.Nlink < 2 || FileMode.IsDirectory(seen.Mode) || volume.Links.Find(seen.Ino) is not { } other)
            return null;
        return StatNames(other, other.Names, out Statx now) == Errno.OK && other.ShareIno == seen.Ino
            && now.Nlink == seen.Nlink && now.Size == seen.Size && now.MtimeNs == seen.MtimeNs
            && other.Is(seen with { Ino = other.Ino })
            ? other
            : null;
    }

    /// <summary>Writes a record together with the names that lead to it. Call under the node's monitor.</summary>
    private OverlayStatus PutNamed(Node node, InodeRecord record) =>
        !node.Volume.IsByName || AreKept(node) ? _store.Put(node.Key, record) : KeepNames(node, record);

    /// <summary>Writes the names of an inode, where it is known by them: they lead to one file from now on.</summary>
    private OverlayStatus KeepNames(Node node, InodeRecord? record = null)
    {
        if (!node.Volume.IsByName || (record is null && AreKept(node)))
            return OverlayStatus.Ok;
        lock (node.Volume.Keeping)
        {
            var way = new KeptNames();
            for (NodeName? name = node.Names; name is not null; name = name.Next)
                way.Add(name, node.Ino);
            return way.Apply(_store, record is null ? [] : [new OverlayChange(node.Key, record)]);
        }
    }

    private static bool AreKept(Node node)
    {
        for (NodeName? name = node.Names; name is not null; name = name.Next)
        {
            if (!name.IsKept)
                return false;
        }

        return true;
    }

    private static NodeName? NameIn(Node node, Node directory, CString wanted) => node.NameIn(directory, wanted.Terminated);
}
