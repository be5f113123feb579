using MetaFs.Fuse;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags)
    {
        SimNode from = _nodes.Get(parent);
        SimNode to = _nodes.Get(newParent);
        string details = flags == RenameFlags.None ? "" : $"flags={(uint)flags}";
        PassedCall call = _gate.Enter(Call.Rename, from.PathOf(name), to.PathOf(newName), details);
        if (call.IsRefused)
            return call.Refuse();
        if (flags != RenameFlags.None && _faults.Lacks(Feature.Renameflags, to.PathOf(newName)))
            return call.Answer(Errno.EINVAL);
        CString source = Actual(from, name);

        // "mv a A" does not come here: the kernel takes both for names of one inode (fs/namei.c, vfs_rename).
        CString target = Actual(to, newName);
        return call.Answer(
            _nodes.IsHidden(from, source) || _nodes.IsHidden(to, target)
                ? Errno.ENOENT
                : Rename(from, source, to, target, flags));
    }

    private Errno Rename(SimNode from, CString name, SimNode to, CString newName, RenameFlags flags)
    {
        Errno errno = NodeOf(from, name, out Statx moving, out SimNode? moved);
        if (errno != Errno.OK)
            return errno;
        bool exists = NodeOf(to, newName, out Statx standing, out SimNode? replaced) == Errno.OK;
        bool isSame = exists && moving.Ino == standing.Ino && moving.Dev == standing.Dev;
        if (exists && !isSame && flags == RenameFlags.None && _nodes.IsOpen(replaced))
        {
            string path = to.PathOf(newName);
            if (_faults.Newest<ReplaceFault>(path) is { } replace)
                return replace.Errno;
            if (_faults.Newest<DeleteFault>(path) is { Way: DeleteWay.Silly })
                errno = Postpone(DeleteWay.Silly, to, newName, replaced!);
            if (errno != Errno.OK)
                return errno;
            exists = NodeOf(to, newName, out standing, out replaced) == Errno.OK;
        }

        errno = Libc.Renameat2(from.Fd, name, to.Fd, newName, flags);
        if (errno != Errno.OK || (isSame && StillThere(from, name)))
            return errno;
        string oldPath = from.PathOf(name);
        string newPath = to.PathOf(newName);
        bool isExchange = (flags & RenameFlags.RENAME_EXCHANGE) != 0;
        bool wasLast = standing.Nlink <= 1 || FileMode.IsDirectory(standing.Mode);
        if (exists && !isSame && !isExchange && wasLast)
            Gone(_shown.KeyOf(standing, newPath));
        Renamed(moved, oldPath, to, newName, isExchange);
        if (isExchange && replaced is not null)
            _nodes.Move(replaced, from, name);
        return Errno.OK;
    }

    private void Renamed(SimNode? moved, string oldPath, SimNode to, CString newName, bool isExchange)
    {
        string newPath = to.PathOf(newName);
        if (isExchange)
        {
            // No name has a slash in it, so no path is this one.
            const string aside = "//";
            Numbers.Renamed(newPath, aside);
            Numbers.Renamed(oldPath, newPath);
            Numbers.Renamed(aside, oldPath);
        }
        else
        {
            Numbers.Renamed(oldPath, newPath);
        }

        if (moved is not null)
            _nodes.Move(moved, to, newName);
    }

    // rename(2) of two names of one inode does nothing.
    private static bool StillThere(SimNode directory, CString name) =>
        Libc.Statx(directory.Fd, name, AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_INO, out _) == Errno.OK;
}
