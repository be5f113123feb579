using System.Text;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags)
    {
        Errno errno = LeaseParent(parent, name, Errno.ENOENT, out Node from, out DirectoryLease fromLease);
        if (errno != Errno.OK)
            return errno;
        using (fromLease)
        {
            errno = LeaseParent(newParent, newName, Errno.EPERM, out Node to, out DirectoryLease toLease);
            if (errno != Errno.OK)
                return errno;
            using (toLease)
            {
                var source = new Place(from, fromLease.Fd, name);
                var target = new Place(to, toLease.Fd, newName);
                errno = Hold(from, source.Fd, name, out Node? moved);
                if (errno != Errno.OK)
                    return errno;
                errno = Hold(to, target.Fd, newName, out Node? replaced);
                if (errno is Errno.OK or Errno.ENOENT)
                    errno = RenameLocked(source, target, moved!, replaced, flags);
                if (errno == Errno.OK)
                {
                    Outdate(moved!.Id);
                    if (replaced is not null)
                        Outdate(replaced.Id);
                    EntriesChanged(from, source.Fd);
                    EntriesChanged(to, target.Fd);
                }

                LetGo(moved);
                LetGo(replaced);
                return errno;
            }
        }
    }

    /// <inheritdoc/>
    public Errno Link(
        in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry)
    {
        entry = default;
        if (!_nodes.TryGet(node, out Node? inode))
            return Errno.ESTALE;
        Errno errno = LeaseParent(newParent, newName, Errno.EPERM, out Node directory, out DirectoryLease lease);
        if (errno != Errno.OK)
            return errno;
        using (lease)
        {
            lock (inode)
            {
                errno = StatNode(inode, out Statx before);
                if (errno != Errno.OK)
                    return errno;
                errno = NoteLink(inode, new Place(directory, lease.Fd, newName), out PendingMove? note);
                if (errno != Errno.OK)
                    return errno;
                errno = LinkOnShare(inode, lease.Fd, newName);
                if (errno == Errno.OK)
                {
                    errno = LinkedAs(inode, directory, lease.Fd, newName, before, out entry);
                    if (errno != Errno.OK)
                        Libc.Unlinkat(lease.Fd, newName, 0);
                }

                if (note is not null)
                    _store.Apply([], [], note);
                if (errno != Errno.OK)
                    return errno;
            }

            EntriesChanged(directory, lease.Fd);
            return errno;
        }
    }

    /// <summary>One end of a rename.</summary>
    private readonly ref struct Place(Node directory, SafeFd fd, CString name)
    {
        public Node Directory { get; } = directory;

        public SafeFd Fd { get; } = fd;

        public CString Name { get; } = name;
    }

    private Errno RenameLocked(in Place source, in Place target, Node moved, Node? replaced, RenameFlags flags)
    {
        // Two monitors: the lower id first.
        Node other = replaced ?? moved;
        (Node first, Node second) = moved.Id.Value < other.Id.Value ? (moved, other) : (other, moved);
        while (true)
        {
            HidingPlace place = PrepareHiding(target.Directory, replaced);
            lock (first)
            {
                lock (second)
                {
                    if (replaced is null || place.IsPrepared || !MustHide(replaced))
                        return RenameOnShare(source, target, moved, replaced, flags, place.Fd);
                }
            }
        }
    }

    private Errno RenameOnShare(
        in Place source, in Place target, Node moved, Node? replaced, RenameFlags flags, SafeFd? hidden)
    {
        Errno errno = ShareView.Named(target.Directory, target.Fd, target.Name, out Statx old);
        if (errno is not (Errno.OK or Errno.ENOENT))
            return errno;
        bool existed = errno == Errno.OK;
        bool replaces = existed && replaced is not null && !ReferenceEquals(moved, replaced)
            && (flags & RenameFlags.RENAME_EXCHANGE) == 0;
        if (replaces)
            old = WithoutHidden(replaced!, old);
        errno = NoteMove(source, target, moved, replaced, flags, out PendingMove? note);
        if (errno != Errno.OK)
            return errno;
        bool noted = replaces && BeginRemoval(replaced!, old);
        bool hides = replaces && flags == 0 && !moved.IsDirectory && replaced!.IsOpen && replaced.Is(old);
        SetMoving(moved, replaced, true);
        errno = hides && hidden is not null
            ? RenameOverHidden(source, target, replaced!, hidden)
            : RenamePlainly(source, target, replaces ? replaced : null, flags);
        if (errno == Errno.OK)
            Renamed(source, target, moved, replaced, existed ? old : null, flags, note);
        else if (note is not null)
            _store.Apply([], [], note);
        SetMoving(moved, replaced, false);
        if (noted)
            _store.EndRemoval(replaced!.Key);
        return errno;
    }

    // A refusal of CIFS has begun the removal of the file that was not to be replaced, so it is not asked for one.
    private static Errno RenamePlainly(in Place source, in Place target, Node? replaced, RenameFlags flags)
    {
        bool waits = flags == 0 && replaced is { Open: not null, Volume.Facts.RemovesAtClose: true };
        if (waits && !WasClosedMeanwhile(replaced!))
            return Errno.EACCES;
        Errno errno = Libc.Renameat2(source.Fd, source.Name, target.Fd, target.Name, flags);
        if (errno == Errno.EACCES && replaced is not null && WasClosedMeanwhile(replaced))
            errno = Libc.Renameat2(source.Fd, source.Name, target.Fd, target.Name, flags);
        return errno;
    }

    // Between the two renames the name is nobody's: if the daemon dies there, the note has the next mount give it back. After
    // them a note without a path says that the file may go; without any, as after a power failure, nobody removes it.
    private Errno RenameOverHidden(in Place source, in Place target, Node replaced, SafeFd hidden)
    {
        byte[] newName = replaced.Volume.Hidden.NextName(replaced.Ino, isReplaced: true);
        string noteName = Encoding.ASCII.GetString(newName.AsSpan(..^1));
        long volume = replaced.Volume.Id;
        bool noted = PathInVolume(target.Directory, target.Name) is { } path
            && _store.BeginReplacement(volume, noteName, path) == OverlayStatus.Ok;
        if (!noted || Hide(replaced, hidden, target.Fd, target.Name, newName) != Errno.OK)
        {
            if (noted)
                _store.EndReplacement(volume, noteName);
            return RenamePlainly(source, target, replaced, 0);
        }

        Errno errno = Libc.Renameat2(source.Fd, source.Name, target.Fd, target.Name, 0);
        Errno unhidden = errno == Errno.OK ? Errno.EEXIST : Unhide(replaced, hidden, target.Fd, target.Name, newName);
        if (unhidden == Errno.EEXIST)
            _store.BeginReplacement(volume, noteName, []);
        else if (unhidden == Errno.OK)
            _store.EndReplacement(volume, noteName);
        return errno;
    }

    // CIFS refuses to replace an open file, and FUSE tells of a close(2) later, by a RELEASE that nobody waits for: who closed
    // the file a moment ago and renames over it now is right. Waiting gives the node's monitor back, for that RELEASE.
    private static bool WasClosedMeanwhile(Node node)
    {
        const int longestWait = 1000;
        long deadline = Environment.TickCount64 + longestWait;
        if (node.Open is null || node.Volume.Facts.IsLocal)
            return false;
        while (node.Open is not null && Environment.TickCount64 < deadline)
            Monitor.Wait(node, (int)Math.Max(deadline - Environment.TickCount64, 1));
        return node.Open is null;
    }

    private static void SetMoving(Node moved, Node? replaced, bool isMoving)
    {
        moved.IsMoving = isMoving;
        if (replaced is not null)
            replaced.IsMoving = isMoving;
    }

    private void Renamed(
        in Place source, in Place target, Node moved, Node? replaced, Statx? old, RenameFlags flags, PendingMove? note)
    {
        if (!moved.Volume.IsByName)
        {
            TakeOverNames(source, target, moved, replaced, old, flags, note);
            return;
        }

        lock (moved.Volume.Naming)
            TakeOverNames(source, target, moved, replaced, old, flags, note);
    }

    private void TakeOverNames(
        in Place source, in Place target, Node moved, Node? replaced, Statx? old, RenameFlags flags, PendingMove? note)
    {
        bool byName = moved.Volume.IsByName;
        if ((flags & RenameFlags.RENAME_EXCHANGE) != 0 && byName)
        {
            MovedByName(moved, source, target, replaced, note);
            return;
        }

        if ((flags & RenameFlags.RENAME_EXCHANGE) != 0)
        {
            Moved(moved, source, target);
            if (replaced is not null)
                Moved(replaced, target, source);
            return;
        }

        bool isSame = ReferenceEquals(moved, replaced);

        // rename(2) of two names of one inode does nothing; on a share that ignores case it changes the name's case.
        if (isSame && ShareView.Named(source.Directory, source.Fd, source.Name, out _) == Errno.OK)
        {
            if (note is not null)
                _store.Apply([], [], note);
            return;
        }

        if (old is { } gone && replaced is not null && !isSame && replaced.Is(gone))
            NameGone(replaced, target.Directory, target.Name, gone);
        if (byName)
            MovedByName(moved, source, target, null, note);
        else
            Moved(moved, source, target);
    }

    private void Moved(Node node, in Place from, in Place to)
    {
        _nodes.AddName(node, to.Directory, to.Name);
        _nodes.RemoveName(node, from.Directory, from.Name.Terminated);
        if (node.Record is { } record)
            Save(node, record with { Hint = HintOf(node) });
        if (node.IsPlaceKept && node.Names is { } name)
        {
            _store.PutDirectory(node.Key, HintOf(name));
            KeepPlace(name.Parent);
        }
    }

    private Errno LinkOnShare(Node inode, SafeFd directory, CString newName)
    {
        for (NodeName? name = inode.Names; name is not null; name = name.Next)
        {
            Errno errno = _directories.Lease(name.Parent, out DirectoryLease lease);
            using (lease)
            {
                if (errno == Errno.OK)
                    errno = Libc.Linkat(lease.Fd, CString.FromTerminated(name.Name), directory, newName, 0);
            }

            if (errno is not (Errno.ENOENT or Errno.ESTALE or Errno.ENOTDIR))
                return errno;
        }

        // A file that O_TMPFILE made gets its first name through its handle.
        return inode.Open?.First is { } file
            ? Libc.Linkat(file.Fd, CString.Empty, directory, newName, AtFlags.AT_EMPTY_PATH)
            : Errno.ESTALE;
    }

    private Errno LinkedAs(
        Node inode, Node directory, SafeFd fd, CString newName, in Statx before, out FuseEntryOut entry)
    {
        entry = default;

        // Where the name is the identity, it is this inode's by our word, whatever number the share shows for it.
        bool byName = inode.Volume.IsByName;
        if (byName)
        {
            ClearName(directory, newName);
            _nodes.AddName(inode, directory, newName);
        }

        Errno errno = ShareView.Named(directory, fd, newName, out Statx stat);

        // Where each name has a number of its own, the new one has no record yet that could tell.
        if (errno == Errno.OK && inode.Record?.Object is { } item && Placeholder.MayBe(stat))
            stat = Placeholder.Show(item, stat);
        if (errno == Errno.OK && !IsLinked(inode, stat))
            errno = byName ? Errno.ESTALE : LinkedAsAnother(inode, directory, fd, newName, stat, out entry);
        else if (errno == Errno.OK && (errno = Linked(inode, directory, newName)) == Errno.OK)
        {
            LinksChanged(inode, before);
            if (inode.IsClientLate && StatNode(inode, out Statx later) == Errno.OK)
                stat = later;
            entry = EntryOf(inode, stat);
        }

        if (errno != Errno.OK && byName)
            _nodes.RemoveName(inode, directory, newName.Terminated);
        return errno;
    }

    // The link was made a moment ago, under the monitor: the same number with another creation time is the same inode.
    private static bool IsLinked(Node inode, in Statx stat)
    {
        if (inode.Is(stat))
            return true;
        if (stat.Ino != inode.Ino || stat.Dev != inode.Volume.Dev || FileMode.TypeOf(stat.Mode) != inode.Guard.FileType)
            return false;
        inode.Volume.DistrustBirthTimes();
        return true;
    }

    // A share that numbers names instead of files (CIFS without serverino) shows the new name as a file of its own. So does
    // the mount then, with what is recorded of the file by now. Nobody else knows the new node, so its monitor is free.
    private Errno LinkedAsAnother(
        Node inode, Node directory, SafeFd directoryFd, CString newName, in Statx stat, out FuseEntryOut entry)
    {
        entry = default;
        if (inode.Volume.Facts.StableInodes || FileMode.TypeOf(stat.Mode) != inode.Guard.FileType)
            return Errno.ESTALE;
        Statx shown = stat;
        Errno errno = LookupNode(directory, directoryFd, newName, ref shown, out Node other);
        if (errno != Errno.OK)
            return errno;
        lock (other)
        {
            if (inode.Record is { } record)
            {
                InodeGuard guard = other.Volume.GuardOf(shown, directoryFd, newName);
                errno = CopyXattrs(inode, out XattrChange[] xattrs);
                if (errno == Errno.OK)
                    errno = Save(other, record with { Guard = guard, Hint = HintOf(other) }, xattrs);
            }

            if (errno == Errno.OK)
                entry = EntryOf(other, shown);
            else
                _nodes.Forget(other.Id, 1);
            return errno;
        }
    }

    private Errno Linked(Node inode, Node directory, CString newName)
    {
        bool wasNameless = inode.IsRemoved;
        _nodes.LookupAs(inode, directory, newName);
        Errno errno = Errno.OK;
        if (wasNameless && inode.Record is { } record)
            errno = Name(inode, record with { Hint = HintOf(inode) });
        else if (wasNameless && MayHaveStaleRow(inode, inode.Guard))
            errno = ErrnoOf(_store.Remove(inode.Key));
        else
            errno = ErrnoOf(KeepNames(inode));
        if (errno == Errno.OK)
        {
            // Not before: the rows are what is known of a file with a name.
            if (wasNameless)
                _nodes.Revive(inode);
            return errno;
        }

        if (wasNameless)
            _nodes.Remove(inode);
        _nodes.Forget(inode.Id, 1);
        return errno;
    }
}
