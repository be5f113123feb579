// Renames on volumes whose inodes are known by their names: names and records move in one transaction, and what a daemon
// that died in the middle left open is found out from what the share shows.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Null: nothing is kept of either, or it cannot be noted, which is no reason not to rename.
    private PendingMove? NoteMove(in Place source, in Place target, Node moved, Node? replaced, RenameFlags flags)
    {
        ShareVolume volume = moved.Volume;
        if (!volume.IsByName
            || (!IsKeptAs(moved, source) && (replaced is null || !IsKeptAs(replaced, target))))
        {
            return null;
        }

        bool isExchange = (flags & RenameFlags.RENAME_EXCHANGE) != 0;
        Statx seen = default;
        if (isExchange && ShareView.Named(source.Directory, source.Fd, source.Name, out seen) != Errno.OK)
            return null;
        lock (volume.Keeping)
        {
            var way = new KeptNames();
            way.AddWay(source.Directory);
            way.AddWay(target.Directory);
            if (way.Apply(_store, []) != OverlayStatus.Ok)
                return null;
        }

        var move = new PendingMove(
            volume.Id, source.Directory.Ino, source.Name.Bytes.ToArray(), target.Directory.Ino,
            target.Name.Bytes.ToArray(), isExchange, moved.Record?.Guard ?? moved.Guard, seen.Size, seen.MtimeNs);
        return _store.BeginMove(move, out PendingMove? noted) == OverlayStatus.Ok ? noted : null;
    }

    // A link is noted as a rename that leaves the old name: until the database has the new one, nothing says whose it is.
    private PendingMove? NoteLink(Node inode, in Place target) => inode.Names is { } name
        ? NoteMove(new Place(name.Parent, SafeFd.Invalid, CString.FromTerminated(name.Name)), target, inode, null, default)
        : null;

    private static bool IsKeptAs(Node node, in Place place) =>
        node.Record is not null || NameIn(node, place.Directory, place.Name) is { IsKept: true };

    /// <summary>A node has another name, and for an exchange the other node its old one. Call under their monitors.</summary>
    private void MovedByName(Node moved, in Place source, in Place target, Node? exchanged, PendingMove? note)
    {
        OverlayStatus status;
        lock (moved.Volume.Keeping)
        {
            bool isKept = IsKeptAs(moved, source);
            bool otherIsKept = exchanged is not null && IsKeptAs(exchanged, target);
            Rename(moved, source, target);
            if (exchanged is not null)
                Rename(exchanged, target, source);
            var names = new KeptNames();
            var records = new List<OverlayChange>(2);
            if (exchanged is null && (isKept || note is not null))
                names.Remove(source.Directory, source.Name.Bytes);
            if (isKept || note is not null)
                Keep(names, records, moved, target, isKept);
            if (exchanged is not null && (otherIsKept || note is not null))
                Keep(names, records, exchanged, source, otherIsKept);
            status = names.Apply(_store, records.ToArray(), note);
            if (status == OverlayStatus.Ok)
                records.ForEach(change => TakeOver(change, moved, exchanged));
        }

        // The share has renamed it, so that is what is shown. The note, if there is one, lets the next mount keep up.
        if (status != OverlayStatus.Ok)
            PassthroughLog.NotKept(_log, "rename", status);
        KeepPlaceOf(moved);
        if (exchanged is not null)
            KeepPlaceOf(exchanged);
    }

    private void Rename(Node node, in Place from, in Place to)
    {
        _nodes.AddName(node, to.Directory, to.Name);
        _nodes.RemoveName(node, from.Directory, from.Name.Terminated);
    }

    private static void Keep(KeptNames names, List<OverlayChange> records, Node node, in Place place, bool isKept)
    {
        if (!isKept)
            names.Remove(place.Directory, place.Name.Bytes);
        else if (NameIn(node, place.Directory, place.Name) is { } name)
            names.Add(name, node.Ino);
        if (node.Record is { } record)
            records.Add(new OverlayChange(node.Key, record with { Hint = HintOf(node) }));
    }

    private static void TakeOver(in OverlayChange change, Node moved, Node? exchanged)
    {
        Node node = change.Key == moved.Key ? moved : exchanged!;
        node.Record = change.Record;
    }

    private void KeepPlaceOf(Node node)
    {
        if (!node.IsDirectory || !node.Volume.Facts.IgnoresCase || node.Names is not { IsKept: true } name)
            return;
        if (_store.PutDirectory(node.Key, HintOf(name)) == OverlayStatus.Ok)
            node.IsPlaceKept = true;
        KeepPlace(name.Parent);
    }

    // Before the first request. A rename that was begun later may lie below a directory of one that was begun before it.
    private void FinishMoves(ShareVolume volume)
    {
        bool progress;
        do
        {
            progress = false;
            foreach (PendingMove move in _store.PendingMoves(volume.Id))
                progress |= FinishMove(volume, move);
        }
        while (progress);
    }

    // Whether the note is settled: a share that cannot be seen tells nothing of its files.
    private bool FinishMove(ShareVolume volume, PendingMove move)
    {
        if (move.FromPath is null || move.ToPath is null)
            return Settle(move, []);
        Errno from = StatPath(_root, move.FromPath, out Statx fromStat);
        Errno to = StatPath(_root, move.ToPath, out Statx toStat);
        if (!IsTold(from) || !IsTold(to))
            return false;
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

    private bool Settle(PendingMove move, ReadOnlySpan<OverlayChange> records, params ReadOnlySpan<NameChange> names) =>
        _store.Apply(records, names, move) == OverlayStatus.Ok;

    // The share has renamed or linked it, the database not yet.
    private bool Carry(ShareVolume volume, PendingMove move, bool isLinked)
    {
        byte[] from = volume.FormOf(move.FromName).ToArray();
        byte[] to = volume.FormOf(move.ToName).ToArray();
        _ = _store.FindName(volume.Id, move.FromParent, from, out ulong moved);
        _ = _store.FindName(volume.Id, move.ToParent, to, out ulong other);
        var records = new List<OverlayChange>();
        AddMoved(records, volume, moved, new PathHint(move.ToParent, move.ToName));
        if (move.IsExchange)
            AddMoved(records, volume, other, new PathHint(move.FromParent, move.FromName));
        else if (other != 0 && other != moved && _store.CountNames(new InodeKey(volume.Id, other), out long names) == OverlayStatus.Ok && names <= 1)
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
        if (_store.Get(key, out InodeRecord? record) == OverlayStatus.Ok)
            records.Add(new OverlayChange(key, record! with { Hint = hint }));
    }
}
