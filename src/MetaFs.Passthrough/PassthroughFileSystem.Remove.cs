using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Unlink(in RequestContext context, NodeId parent, CString name) => Remove(parent, name, 0);

    /// <inheritdoc/>
    public Errno Rmdir(in RequestContext context, NodeId parent, CString name) =>
        Remove(parent, name, AtFlags.AT_REMOVEDIR);

    private Errno Remove(NodeId parent, CString name, AtFlags flags)
    {
        Errno errno = LeaseParent(parent, name, Errno.ENOENT, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            // Without a look beforehand nobody could tell afterwards whose name it was.
            errno = Hold(directory, lease.Fd, name, out Node? node);
            if (errno != Errno.OK)
                return errno;
            if (flags == AtFlags.AT_REMOVEDIR)
                DetachReaders(node!);
            errno = RemoveHeld(directory, lease.Fd, name, node!, flags);
            LetGo(node);
            if (errno == Errno.OK)
                EntriesChanged(directory, lease.Fd);
            return errno;
        }
    }

    private Errno RemoveHeld(Node directory, SafeFd fd, CString name, Node node, AtFlags flags)
    {
        while (true)
        {
            HidingPlace place = PrepareHiding(directory, node);

            // The monitor makes look and removal one step: of two threads that take the last two names of an inode, the
            // second sees that it takes the last one.
            lock (node)
            {
                if (place.IsPrepared || !MustHide(node))
                    return RemoveLocked(directory, fd, name, node, flags, place.Fd);
            }
        }
    }

    private Errno RemoveLocked(
        Node directory, SafeFd fd, CString name, Node node, AtFlags flags, SafeFd? hidden)
    {
        Errno errno = ShareView.Named(directory, fd, name, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        stat = WithoutHidden(node, stat);
        bool noted = BeginRemoval(node, stat);
        bool hides = hidden is not null && flags == 0 && MustHide(node) && node.Is(stat);
        if (!hides || Hide(node, hidden!, fd, name, node.Volume.Hidden.NextName(node.Ino)) != Errno.OK)
            errno = Libc.Unlinkat(fd, name, flags);
        if (errno == Errno.OK)
            NameGone(node, directory, name, stat);
        if (noted)
            _store.EndRemoval(node.Key);
        return errno;
    }

    // The node of a name, counted as a lookup: it cannot be forgotten while its name is dealt with, and its record is
    // known, also where the kernel had forgotten the inode.
    private Errno Hold(Node directory, SafeFd fd, CString name, out Node? node)
    {
        node = null;
        Errno errno = ShareView.Named(directory, fd, name, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        errno = LookupNode(directory, fd, name, ref stat, out Node found);
        if (errno == Errno.OK)
            node = found;
        return errno;
    }

    private void LetGo(Node? node)
    {
        if (node is not null)
            _nodes.Forget(node.Id, 1);
    }

    // Without a guard only the name can tell a later mount whether a removal that was cut short has happened. That the
    // note cannot be written is no reason to keep the file.
    private bool BeginRemoval(Node node, in Statx stat) =>
        node.Record is { Guard.Kind: GuardKind.None } && (node.IsDirectory || stat.Nlink <= 1) && !node.IsRemoved
        && _store.BeginRemoval(node.Key) == OverlayStatus.Ok;

    /// <summary>A name of a node was removed or replaced. Call under the node's monitor.</summary>
    /// <param name="node">The inode.</param>
    /// <param name="directory">The directory of the name.</param>
    /// <param name="name">The name.</param>
    /// <param name="stat">What the share showed of the inode before.</param>
    private void NameGone(Node node, Node directory, CString name, in Statx stat)
    {
        bool wasKept = node.Volume.IsByName
            && (node.Record is not null || NameIn(node, directory, name) is { IsKept: true });
        bool wasHint = node.Record is { } hinted && hinted.Hint.Parent == directory.Ino
            && name.Bytes.SequenceEqual(hinted.Hint.Name);
        _nodes.RemoveName(node, directory, name.Terminated);
        if (node.IsDirectory || (stat.Nlink <= 1 && !HasName(node)))
        {
            InodeGone(node, stat, wasKept ? [KeptNames.Lost(node, directory, name.Bytes)] : []);
            return;
        }

        if (wasKept)
            Forgotten(_store.Apply([], [KeptNames.Lost(node, directory, name.Bytes)]));
        if (wasHint && node.Record is { } record && node.Names is not null)
            Save(node, record with { Hint = HintOf(node) });
        LinksChanged(node, stat);
    }

    /// <summary>An inode got or lost a name and has others: that moves its ctime. Call under the node's monitor.</summary>
    /// <param name="node">The inode.</param>
    /// <param name="before">What the share showed of it before.</param>
    /// <remarks>
    /// A CIFS client shows the old count of links for its attribute timeout unless it is made to ask, and not every server
    /// moves ctime then.
    /// </remarks>
    private void LinksChanged(Node node, in Statx before)
    {
        if (node.Volume.Facts.IsLocal)
            return;
        node.LinksChangedAt = Environment.TickCount64;
        long shown = Math.Max(before.CtimeNs, node.Record?.Ctime ?? 0);
        if (StatNames(node, node.Names, out Statx after, fresh: true) == Errno.OK && after.CtimeNs > shown)
            return;
        long now = Libc.RealtimeNanoseconds();
        InodeRecord record = node.Record ?? new InodeRecord { Guard = node.Guard, Hint = HintOf(node) };
        Save(node, record with { Ctime = Math.Max(now, shown + 1), SetAt = now });
    }

    // Some shares count one link whatever there is; another name that leads to the inode knows better. No rename is waited
    // for: it is this thread's own.
    private bool HasName(Node node) => node.Names is { } names && StatNames(node, names, out _) == Errno.OK;

    // The row goes at once: its inode number is free for another file, and may have become one's already. What the kernel
    // still holds, by handle, working directory or O_PATH, keeps its values in memory until FORGET.
    private void InodeGone(Node node, in Statx stat, ReadOnlySpan<NameChange> names)
    {
        node.KeepRemovedStat(stat with { Nlink = 0, CtimeNs = Math.Max(stat.CtimeNs, Libc.RealtimeNanoseconds()) });
        if (node.Record is { } record)
        {
            KeepNameless(node, record);
            if (names.IsEmpty)
                Forgotten(_store.Remove(node.Key, record));
        }

        if (!names.IsEmpty)
            Forgotten(_store.Apply([new OverlayChange(node.Key, null)], names));
        if (node.IsPlaceKept)
            _store.RemoveDirectory(node.Key);
        _nodes.Remove(node);
    }

    private void Forgotten(OverlayStatus status)
    {
        if (status != OverlayStatus.Ok)
            PassthroughLog.NotKept(_log, "unlink", status);
    }
}
