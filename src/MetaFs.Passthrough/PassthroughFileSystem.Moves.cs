// Renames on volumes whose inodes are known by their names: names and records move in one transaction, which is noted
// before the share is asked, for the mount after a daemon that dies in the middle (MoveRecovery).
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Null: nothing is kept of either. What cannot be noted is not renamed: the database, which cannot be written now,
    // would hardly take the new names afterwards, and the records would be nobody's, or another file's.
    private Errno NoteMove(
        in Place source, in Place target, Node moved, Node? replaced, RenameFlags flags, out PendingMove? note)
    {
        note = null;
        ShareVolume volume = moved.Volume;
        if (!volume.IsByName
            || (!IsKeptAs(moved, source) && (replaced is null || !IsKeptAs(replaced, target))))
        {
            return Errno.OK;
        }

        bool isExchange = (flags & RenameFlags.RENAME_EXCHANGE) != 0;
        Statx seen = default;
        Errno errno = isExchange ? ShareView.Named(source.Directory, source.Fd, source.Name, out seen) : Errno.OK;
        if (errno != Errno.OK)
            return errno;
        lock (volume.Keeping)
        {
            var way = new KeptNames();
            way.AddWay(source.Directory);
            way.AddWay(target.Directory);
            if (way.Apply(_store, []) is var status && status != OverlayStatus.Ok)
                return ErrnoOf(status);
        }

        var move = new PendingMove(
            volume.Id, source.Directory.Ino, source.Name.Bytes.ToArray(), target.Directory.Ino,
            target.Name.Bytes.ToArray(), isExchange, moved.Record?.Guard ?? moved.Guard, seen.Size, seen.MtimeNs);
        return ErrnoOf(_store.BeginMove(move, out note));
    }

    // A link is noted as a rename that leaves the old name: until the database has the new one, nothing says whose it is.
    private Errno NoteLink(Node inode, in Place target, out PendingMove? note)
    {
        note = null;
        if (inode.Names is not { } name)
            return Errno.OK;
        var source = new Place(name.Parent, SafeFd.Invalid, CString.FromTerminated(name.Name));
        return NoteMove(source, target, inode, null, default, out note);
    }

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
}
