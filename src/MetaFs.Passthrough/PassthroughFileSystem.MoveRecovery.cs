// Renames that a daemon did not come to keep: what the share shows tells whether they have happened. At the next mount,
// or, where a directory cannot be seen then, before anything is done with their names.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private enum MoveEnd
    {
        /// <summary>The note is gone.</summary>
        Settled,

        /// <summary>Neither name is there.</summary>
        Nowhere,

        /// <summary>A share that cannot be seen tells nothing; or the database cannot be written.</summary>
        Untold,
    }

    // What is settled first gives the others their paths: a note may lie below a directory of another one, whichever
    // was begun first. So where neither name is there, that is the answer only when there is nothing else to wait for.
    private void FinishMoves(ShareVolume volume, SafeFd top)
    {
        List<PendingMove> moves;
        bool isSettled;
        bool isTold;
        do
        {
            (isSettled, isTold) = (false, true);
            moves = MovesOfBefore(volume);
            for (int i = 0; i < moves.Count && !isSettled; i++)
            {
                MoveEnd end = FinishMove(volume, top, moves[i]);
                isSettled = end == MoveEnd.Settled;
                isTold &= end != MoveEnd.Untold;
            }
        }
        while (isSettled);
        if (isTold)
            moves.RemoveAll(move => Settle(move, []) == MoveEnd.Settled);
        volume.Unsettled = moves.Count > 0 ? [.. moves] : null;
    }

    // Those of this mount have higher numbers.
    private List<PendingMove> MovesOfBefore(ShareVolume volume)
    {
        long last = volume.Unsettled is { } known ? known[^1].Id : long.MaxValue;
        return [.. _store.PendingMoves(volume.Id).Where(move => move.Id <= last)];
    }

    /// <summary>Settles a rename of an earlier mount before one of its names is used for anything newer.</summary>
    /// <returns>EIO: it cannot be told yet whose record belongs to the name.</returns>
    private Errno SettleMoves(Node directory, CString name)
    {
        ShareVolume volume = directory.Volume;
        if (volume.Unsettled is null || !IsUnsettled(directory, name))
            return Errno.OK;
        lock (volume.Settling)
        {
            if (IsUnsettled(directory, name) && TopOf(directory) is { } top
                && _directories.Lease(top, out DirectoryLease lease) == Errno.OK)
            {
                using (lease)
                    FinishMoves(volume, lease.Fd);
            }

            return IsUnsettled(directory, name) ? Errno.EIO : Errno.OK;
        }
    }

    private static bool IsUnsettled(Node directory, CString name)
    {
        ShareVolume volume = directory.Volume;
        ReadOnlySpan<byte> form = volume.FormOf(name.Bytes);
        foreach (PendingMove move in volume.Unsettled ?? [])
        {
            if ((move.FromParent == directory.Ino && volume.FormOf(move.FromName).SequenceEqual(form))
                || (move.ToParent == directory.Ino && volume.FormOf(move.ToName).SequenceEqual(form)))
                return true;
        }

        return false;
    }

    private MoveEnd FinishMove(ShareVolume volume, SafeFd top, PendingMove move)
    {
        if (move.FromPath is null || move.ToPath is null)
            return MoveEnd.Nowhere;
        Errno from = StatPath(top, move.FromPath, out Statx fromStat);
        Errno to = StatPath(top, move.ToPath, out Statx toStat);
        if (!IsTold(from) || !IsTold(to))
            return MoveEnd.Untold;
        if (from != Errno.OK && to != Errno.OK)
            return MoveEnd.Nowhere;
        bool isThere = to == Errno.OK && IsOf(volume, move, toStat);
        bool isLinked = from == Errno.OK && isThere && IsOneInode(fromStat, toStat);
        if (!move.IsExchange)
            return isThere && (isLinked || from != Errno.OK) ? Carry(volume, move, isLinked) : Settle(move, []);
        isThere &= toStat.Size == move.Size && toStat.MtimeNs == move.Mtime;
        bool isHere = from == Errno.OK && IsOf(volume, move, fromStat)
            && fromStat.Size == move.Size && fromStat.MtimeNs == move.Mtime;
        if (isThere != isHere)
            return isThere ? Carry(volume, move, isLinked: false) : Settle(move, []);
        Leave(volume, move.FromParent, move.FromName);
        Leave(volume, move.ToParent, move.ToName);
        return Settle(move, []);
    }

    // A number alone proves no link where numbers move.
    private static bool IsOneInode(in Statx one, in Statx other) =>
        one.Ino == other.Ino && one.Dev == other.Dev && one.Nlink > 1 && one.Nlink == other.Nlink
        && one.Size == other.Size && one.MtimeNs == other.MtimeNs;

    // A placeholder is a plain file, whatever it stands for.
    private static bool IsOf(ShareVolume volume, PendingMove move, in Statx stat)
    {
        InodeGuard guard = volume.GuardOf(stat);
        return (Placeholder.MayBe(stat) ? guard with { FileType = move.Guard.FileType } : guard).Matches(move.Guard);
    }

    private static bool IsTold(Errno errno) => errno is Errno.OK or Errno.ENOENT or Errno.ENOTDIR;

    // Nobody can tell whose record is whose.
    private void Leave(ShareVolume volume, ulong parent, byte[] name)
    {
        ReadOnlySpan<byte> form = volume.FormOf(name);
        if (_store.FindName(volume.Id, parent, form, out ulong ino) == OverlayStatus.Ok)
            Disown(volume, parent, form, ino);
    }

    private MoveEnd Settle(
        PendingMove move, ReadOnlySpan<OverlayChange> records, params ReadOnlySpan<NameChange> names) =>
        _store.Apply(records, names, move) == OverlayStatus.Ok ? MoveEnd.Settled : MoveEnd.Untold;

    // The share has renamed or linked it, the database not yet. No name gets a node meanwhile: a record that this reads
    // and writes with another hint would go back to what it was.
    private MoveEnd Carry(ShareVolume volume, PendingMove move, bool isLinked)
    {
        lock (volume.Naming)
            return CarryNamed(volume, move, isLinked);
    }

    private MoveEnd CarryNamed(ShareVolume volume, PendingMove move, bool isLinked)
    {
        byte[] from = volume.FormOf(move.FromName).ToArray();
        byte[] to = volume.FormOf(move.ToName).ToArray();
        _ = _store.FindName(volume.Id, move.FromParent, from, out ulong moved);
        _ = _store.FindName(volume.Id, move.ToParent, to, out ulong other);
        var records = new List<OverlayChange>();
        AddMoved(records, volume, moved, new PathHint(move.ToParent, move.ToName));
        if (move.IsExchange)
            AddMoved(records, volume, other, new PathHint(move.FromParent, move.FromName));
        else if (other != 0 && other != moved
            && _store.CountNames(new InodeKey(volume.Id, other), out long names) == OverlayStatus.Ok && names <= 1)
            records.Add(new OverlayChange(new InodeKey(volume.Id, other), null));
        if (FileMode.IsDirectory(move.Guard.FileType) && volume.Facts.IgnoresCase && moved != 0)
            _ = _store.PutDirectory(new InodeKey(volume.Id, moved), new PathHint(move.ToParent, move.ToName));
        ulong left = isLinked ? moved : move.IsExchange ? other : 0;
        return Settle(
            move, records.ToArray(), new NameChange(volume.Id, move.FromParent, from, left),
            new NameChange(volume.Id, move.ToParent, to, moved));
    }

    private void AddMoved(List<OverlayChange> records, ShareVolume volume, ulong ino, in PathHint hint)
    {
        var key = new InodeKey(volume.Id, ino);
        if (ino == 0)
            return;
        if (_nodes.Find(key) is null && _store.Get(key, out InodeRecord? record) == OverlayStatus.Ok)
            records.Add(new OverlayChange(key, record! with { Hint = hint }));
    }
}
