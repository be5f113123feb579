// Extended attributes in the overlay: a node's record says of which kinds there are any, so that no others cost a query.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>What the overlay has of a name.</summary>
    private enum XattrState
    {
        /// <summary>Nothing: the share knows.</summary>
        None,

        /// <summary>A value.</summary>
        Kept,

        /// <summary>That it was removed.</summary>
        Hidden,
    }

    private XattrKinds KindsOf(Node inode) =>
        _options.Xattrs == XattrPolicy.Share ? XattrKinds.None : inode.Record?.Xattrs ?? XattrKinds.None;

    /// <summary>Looks a name up in the overlay.</summary>
    /// <returns>OK; EIO: the database cannot be read.</returns>
    private Errno ReadOverlaid(
        Node inode, XattrKinds kind, ReadOnlySpan<byte> name, Span<byte> value, out XattrState state, out int size)
    {
        state = XattrState.None;
        size = 0;
        if ((KindsOf(inode) & kind) == 0)
            return Errno.OK;
        bool wasRemoved = inode.IsRemoved;
        if (!wasRemoved)
        {
            Errno errno = ReadRow(inode, name, value, out state, out size);
            if (errno != Errno.OK || state != XattrState.None)
                return errno;
        }

        // Whoever removes the last name takes the rows into memory first, under the monitor; and who gives a file its first
        // name writes them first.
        lock (inode)
        {
            if (wasRemoved && !inode.IsRemoved)
                return ReadRow(inode, name, value, out state, out size);
            if (inode.IsRemoved && NamelessXattrs.Find(inode.Nameless, name) is { } kept)
            {
                state = kept.IsHidden ? XattrState.Hidden : XattrState.Kept;
                size = kept.Size;
                if (kept.Size <= value.Length)
                    kept.Value.CopyTo(value);
            }
        }

        return Errno.OK;
    }

    private Errno ReadRow(Node inode, ReadOnlySpan<byte> name, Span<byte> value, out XattrState state, out int size)
    {
        state = XattrState.None;
        size = 0;
        OverlayStatus status = _store.GetXattr(inode.Key, name.ToArray(), value, out int? found);
        if (status != OverlayStatus.Ok)
            return status == OverlayStatus.NotFound ? Errno.OK : ErrnoOf(status);
        state = found is null ? XattrState.Hidden : XattrState.Kept;
        size = found ?? 0;
        return Errno.OK;
    }

    // All of a file's, without their values.
    private Errno OverlaidNames(Node inode, out IReadOnlyList<OverlaidXattr> xattrs)
    {
        xattrs = [];
        if (KindsOf(inode) == XattrKinds.None)
            return Errno.OK;
        lock (inode)
        {
            if (!inode.IsRemoved)
                return ErrnoOf(_store.GetXattrs(inode.Key, withValues: false, out xattrs));
            xattrs = inode.Nameless;
            return Errno.OK;
        }
    }

    /// <summary>Changes attributes in the overlay, and ctime with them. Call under the node's monitor.</summary>
    private Errno SaveXattrs(Node inode, SafeFd? fd, Statx stat, ReadOnlySpan<XattrChange> changes, uint caller)
    {
        EffectiveAttributes before = Effective(inode, ref stat);
        var change = new AttributeChange(inode, _options, fd, stat);
        return SaveChange(inode, ref change, before.Ctime, fd, caller, changes);
    }

    // Of which kinds there are any after some changes.
    private Errno KindsAfter(Node inode, ReadOnlySpan<XattrChange> changes, out XattrKinds kinds)
    {
        kinds = KindsOf(inode);
        XattrKinds deleted = XattrKinds.None;
        foreach (XattrChange change in changes)
        {
            if (change.To is null)
                deleted |= XattrName.KindOf(change.Name);
        }

        if ((kinds & deleted) != 0)
        {
            Errno errno = OverlaidNames(inode, out IReadOnlyList<OverlaidXattr> names);
            if (errno != Errno.OK)
                return errno;
            kinds = XattrKinds.None;
            for (int i = 0; i < names.Count; i++)
                kinds |= IsChanged(names[i].Name, changes) ? XattrKinds.None : XattrName.KindOf(names[i].Name);
        }

        foreach (XattrChange change in changes)
        {
            if (change.To is not null)
                kinds |= XattrName.KindOf(change.Name);
        }

        return Errno.OK;
    }

    private static bool IsChanged(ReadOnlySpan<byte> name, ReadOnlySpan<XattrChange> changes)
    {
        foreach (XattrChange change in changes)
        {
            if (name.SequenceEqual(change.Name))
                return true;
        }

        return false;
    }

    /// <summary>What a change of a file's data or owner ends: its capabilities (capabilities(7)). The share sees to its own.</summary>
    private Errno EndCapability(Node inode, out XattrChange[] changes)
    {
        changes = [];
        if ((KindsOf(inode) & XattrKinds.Security) == 0 || inode.IsDirectory)
            return Errno.OK;
        CString name = XattrName.Capability;
        Errno errno = ReadOverlaid(inode, XattrKinds.Security, name.Bytes, [], out XattrState state, out _);
        if (errno == Errno.OK && state == XattrState.Kept)
            changes = [XattrChange.Delete(name.Bytes.ToArray())];
        return errno;
    }

    // The rows go with the record; who still has the file open keeps its attributes. Under the node's monitor.
    private void KeepNameless(Node inode, InodeRecord record)
    {
        if (record.Xattrs == XattrKinds.None || inode.IsRemoved)
            return;
        OverlayStatus status = _store.GetXattrs(inode.Key, withValues: true, out IReadOnlyList<OverlaidXattr> xattrs);
        inode.Nameless = [.. xattrs];
        Forgotten(status);
    }

    private Errno WriteRecord(Node node, InodeRecord? old, InodeRecord? record, ReadOnlySpan<XattrChange> changes)
    {
        OverlayStatus status = OverlayStatus.Ok;
        if (record is null)
            status = old is null ? OverlayStatus.Ok : _store.Remove(node.Key, old);
        else if (changes.IsEmpty)
            status = PutNamed(node, record);
        else if ((status = KeepNames(node)) == OverlayStatus.Ok)
            status = _store.PutXattrs(node.Key, record, changes, isFirst: (old?.Xattrs ?? XattrKinds.None) == XattrKinds.None);
        if (status != OverlayStatus.Ok)
            PassthroughLog.NotKept(_log, "save", status);
        return ErrnoOf(status);
    }

    // A nameless inode gets a name: what was known of it in memory only is written. Under the node's monitor.
    private Errno Name(Node inode, InodeRecord record)
    {
        // No row is of it yet, whatever its record says.
        Errno errno = WriteRecord(inode, old: null, record, NamelessXattrs.AsChanges(inode.Nameless));
        if (errno != Errno.OK)
            return errno;
        KeepPlace(inode.Names?.Parent);
        inode.Record = record;
        inode.Nameless = [];
        return Errno.OK;
    }

    // What gives another inode the same attributes. Under the node's monitor.
    private Errno CopyXattrs(Node inode, out XattrChange[] changes)
    {
        changes = [];
        if ((inode.Record?.Xattrs ?? XattrKinds.None) == XattrKinds.None)
            return Errno.OK;
        IReadOnlyList<OverlaidXattr> xattrs = inode.Nameless;
        OverlayStatus status = inode.IsRemoved
            ? OverlayStatus.Ok
            : _store.GetXattrs(inode.Key, withValues: true, out xattrs);
        changes = NamelessXattrs.AsChanges(xattrs);
        return ErrnoOf(status);
    }
}
