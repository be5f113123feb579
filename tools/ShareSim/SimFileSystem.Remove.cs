// Names that go, and files that outlive them.
using System.Text;
using MetaFs.Fuse;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Unlink(in RequestContext context, NodeId parent, CString name) =>
        Remove(Call.Unlink, parent, name, AtFlags.None);

    /// <inheritdoc/>
    public override Errno Rmdir(in RequestContext context, NodeId parent, CString name) =>
        Remove(Call.Rmdir, parent, name, AtFlags.AT_REMOVEDIR);

    private Errno Remove(Call what, NodeId parent, CString name, AtFlags flags)
    {
        SimNode directory = _nodes.Get(parent);
        string path = directory.PathOf(name);
        PassedCall call = _gate.Enter(what, path);
        if (call.IsRefused)
            return call.Refuse();
        CString actual = Actual(directory, name);
        if (_nodes.IsHidden(directory, actual))
            return call.Answer(Errno.ENOENT);
        Errno errno = NodeOf(directory, actual, out Statx stat, out SimNode? node);
        if (errno != Errno.OK)
            return call.Answer(errno);
        if (what == Call.Unlink && _nodes.IsOpen(node))
        {
            if (_nodes.IsSilly(node!, directory, actual))
                return call.Answer(Errno.EBUSY);
            if (_faults.Newest<DeleteFault>(path) is { } delete)
                return call.Answer(Postpone(delete.Way, directory, actual, node!));
        }

        errno = Libc.Unlinkat(directory.Fd, actual, flags);
        if (errno == Errno.OK && (stat.Nlink <= 1 || flags != AtFlags.None))
            Gone(_shown.KeyOf(stat, path));
        return call.Answer(errno);
    }

    private Errno NodeOf(SimNode directory, CString name, out Statx stat, out SimNode? node)
    {
        Errno errno = Libc.Statx(directory.Fd, name, AtFlags.AT_SYMLINK_NOFOLLOW, Looks, out stat);
        node = errno == Errno.OK ? _nodes.Find(_shown.KeyOf(stat, directory.PathOf(name))) : null;
        return errno;
    }

    private Errno Postpone(DeleteWay way, SimNode directory, CString name, SimNode node)
    {
        Errno errno = Libc.Reopen(directory.Fd, OpenFlags.O_PATH, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        if (way == DeleteWay.Listed)
        {
            var listed = new DoomedName(fd, directory.Key, name.ToTerminatedArray(), IsHidden: true);
            return _nodes.TryDoom(node, listed) ? Errno.OK : RemoveClosed(listed, node);
        }

        byte[] silly = Encoding.ASCII.GetBytes(
            $".nfs{node.Key.Ino:x16}{Interlocked.Increment(ref _lastSilly):x8}\0");
        errno = Libc.Renameat2(fd, name, fd, CString.FromTerminated(silly), RenameFlags.RENAME_NOREPLACE);
        if (errno != Errno.OK)
        {
            fd.Dispose();
            return errno;
        }

        Numbers.Renamed(directory.PathOf(name), directory.PathOf(CString.FromTerminated(silly)));
        _nodes.Move(node, directory, CString.FromTerminated(silly));
        var kept = new DoomedName(fd, directory.Key, silly, IsHidden: false);
        return _nodes.TryDoom(node, kept) ? Errno.OK : RemoveClosed(kept, node);
    }

    // The number is free at once, or at the last close.
    private void Gone(NodeKey key)
    {
        if (_nodes.Remove(key))
            Numbers.Ended(key);
    }

    private void Closed(SimNode node)
    {
        if (_nodes.CountClose(node, out bool isNameless) is not { } doomed)
            return;
        foreach (DoomedName name in doomed)
            RemoveClosed(name, node);
        if (isNameless)
            Numbers.Ended(node.Key);
    }

    private Errno RemoveClosed(DoomedName name, SimNode node)
    {
        CString last = CString.FromTerminated(name.Name);
        Errno errno = Libc.Statx(name.Directory, last, AtFlags.AT_SYMLINK_NOFOLLOW, Looks, out Statx stat);
        if (errno == Errno.OK)
            errno = Libc.Unlinkat(name.Directory, last, AtFlags.None);
        _nodes.Bury(name);
        name.Directory.Dispose();
        if (errno == Errno.OK && stat.Nlink <= 1)
            Gone(node.Key);
        return errno;
    }
}
