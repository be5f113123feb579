// Records that no file is of, and who may have them put away: fsck and prune on a live mount.
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private Errno Retire(in RequestContext context, ReadOnlySpan<byte> input, Span<byte> output, out int length)
    {
        length = 0;

        // The kernel has asked for no more than that the directory can be read.
        if (context.Uid != 0 && context.Uid != Libc.Geteuid())
            return Errno.EPERM;
        if (ControlProtocol.ParseRetire(input) is not { Records: not null, Reason: not null } order
            || order.Records.Count > ControlProtocol.RetireRecords || order.Records.Count > output.Length)
        {
            return Errno.EINVAL;
        }

        foreach (ControlRecord record in order.Records)
            output[length++] = (byte)(record is null ? ControlProtocol.RetireLeft : Retire(record, order));
        return Errno.OK;
    }

    private char Retire(ControlRecord record, ControlRetire order)
    {
        var key = new InodeKey(record.Volume, record.Ino);
        if (_nodes.Find(key) is not { Record: not null } node)
            return RetireRow(key, record, order) ? ControlProtocol.RetireDone : ControlProtocol.RetireLeft;
        lock (node)
        {
            if (node.Record is not { } known)
                return ControlProtocol.RetireLeft;

            // The row was damaged after it was read, so here is a good copy of it.
            if (record.SetAtNs is null)
                return Save(node, known) == Errno.OK ? ControlProtocol.RetireRewritten : ControlProtocol.RetireLeft;

            // In use, or there after all: then the mount looks after it.
            if (known.SetAt != record.SetAtNs || node.Open is not null || StatNode(node, out _) is not Errno.ESTALE
                || !RetireRow(key, record, order))
            {
                return ControlProtocol.RetireLeft;
            }

            node.Record = null;
            return ControlProtocol.RetireDone;
        }
    }

    private bool RetireRow(in InodeKey key, ControlRecord record, ControlRetire order)
    {
        // Whatever attributes it has, their rows go with it.
        InodeRecord? seen = record.SetAtNs is { } setAt
            ? new InodeRecord { Guard = default, SetAt = setAt, Xattrs = XattrKinds.All }
            : null;
        OverlayStatus status = _store.Get(key, out InodeRecord? present);
        bool isOther = status == OverlayStatus.NotFound || (present is not null && present.SetAt != record.SetAtNs);
        if (isOther || (seen is null && order.Delete))
            return false;
        IReadOnlyList<OverlaidXattr> xattrs = [];
        if (present is { Xattrs: not XattrKinds.None }
            && _store.GetXattrs(key, withValues: true, out xattrs) != OverlayStatus.Ok)
        {
            return false;
        }

        status = order.Delete ? _store.Remove(key, seen!) : _store.Quarantine(key, order.Reason, seen);
        return status == OverlayStatus.Ok && !IsBack(key, present, xattrs);
    }

    // A look-up that came in between has the record on its node: then it is in service, and its rows have to be there.
    private bool IsBack(in InodeKey key, InodeRecord? retired, IReadOnlyList<OverlaidXattr> xattrs)
    {
        if (retired is null || _nodes.Find(key) is not { } node)
            return false;
        lock (node)
        {
            // Not the one that is being retired with its row.
            if (node.Record is not { } record || record.SetAt != retired.SetAt || StatNode(node, out _) != Errno.OK)
                return false;
            Save(node, record, NamelessXattrs.AsChanges(xattrs));
            return true;
        }
    }
}
