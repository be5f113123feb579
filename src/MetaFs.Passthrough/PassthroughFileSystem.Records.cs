// The overlay's part of a node (row 6 of the request's way): loaded once, kept on the node, written before the reply.
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Looks at records that the node had, or that an empty database spared; and those that asked the database.
    private long _recordHits;
    private long _recordReads;

    /// <summary>Finds a node's record, unless it is known already, and makes sure that it was made for this file.</summary>
    /// <returns>
    /// OK; ESTALE: the name leads to another file by now; EIO: the database cannot be read, so nothing may be claimed about
    /// the file.
    /// </returns>
    private Errno LoadRecord(Node node, in Statx stat, Node? parent, SafeFd directory, CString name)
    {
        if (node.IsRecordLoaded && (node.Record is null || !node.Volume.Facts.HandleIsIdentity))
        {
            Interlocked.Increment(ref _recordHits);
            return Errno.OK;
        }

        lock (node)
        {
            if (node.IsRecordLoaded)
            {
                // statx cannot tell a reused NFS inode from the one before; the handle can.
                return node.Record is { } known && !node.Volume.GuardOf(stat, directory, name).Matches(known.Guard)
                    ? Disprove(node, known, parent, directory, name)
                    : Errno.OK;
            }

            InodeRecord? record = null;
            OverlayStatus status = _store.IsEmpty ? OverlayStatus.NotFound : _store.Get(node.Key, out record);
            Interlocked.Increment(ref _store.IsEmpty ? ref _recordHits : ref _recordReads);
            if (status is not (OverlayStatus.Ok or OverlayStatus.NotFound))
                return ErrnoOf(status);
            Errno errno = Errno.OK;
            if (record is not null && !node.Volume.GuardOf(stat, directory, name).Matches(record.Guard))
                errno = Disprove(node, record, parent, directory, name);
            else if (record is not null && IsSafe(node, record))
                node.Record = record;
            if (errno != Errno.OK)
                return errno;
            HealHint(node, stat);
            node.ShowsSuidgid = ModeBits.HasSuidgid(KeptMode.Of(node.Record, stat) ?? stat.Mode);
            node.IsRecordLoaded = true;
            return Errno.OK;
        }
    }

    // The look at the share may be older than the record, which is of a file that has been given the number since, or the name
    // may have been another file's when the guard was read. Only where the name still leads here is the record another's.
    private Errno Disprove(Node node, InodeRecord record, Node? parent, SafeFd directory, CString name)
    {
        bool stillLeads = parent is null
            || (ShareView.Named(parent, directory, name, out Statx now) == Errno.OK && !node.IsRemoved && node.Is(now));
        if (!stillLeads)
            return Errno.ESTALE;

        Quarantine(node, record);
        return Errno.OK;
    }

    // Where inode numbers move, only a record of this mount whose name still fits is surely of this file; an older one
    // is left alone, for the inspection and for a later life under a remembered identity.
    private bool IsSafe(Node node, InodeRecord record) =>
        node.Volume.KeepsNumbers || (record.SetAt >= _mountedAt && IsHintOf(node, record.Hint));

    // The file was moved behind our back. With several names any of them may be the hint's, so it is left alone. That it
    // cannot be written is no reason not to show the file.
    private void HealHint(Node node, in Statx stat)
    {
        if (node.Record is { } record && node.Names is not null && !IsHintOf(node, record.Hint)
            && (stat.Nlink == 1 || node.IsDirectory))
        {
            Save(node, record with { Hint = HintOf(node) });
        }
    }

    private static bool IsHintOf(Node node, in PathHint hint) =>
        node.Names is { } name && hint.Name is not null && name.Parent.Ino == hint.Parent
        && name.Name.AsSpan(..^1).SequenceEqual(hint.Name);

    private void Quarantine(Node node, InodeRecord record)
    {
        string reason = record.Object is not null && node.Guard.FileType == FileMode.S_IFREG
            ? "the file that stood for it was replaced or changed"
            : node.Volume.IsByName ? "its name leads to another file" : "inode number was reused by another file";
        PassthroughLog.Quarantined(_log, node.Ino, reason);
        OverlayStatus status = _store.Quarantine(node.Key, reason, record);
        if (status != OverlayStatus.Ok)
            PassthroughLog.NotKept(_log, "quarantine", status);
        node.Record = null;
    }

    /// <summary>Keeps a node's record, or that it has none. Call under the node's monitor.</summary>
    /// <returns>OK: it survives the daemon; ENOSPC, EROFS, EIO: the database could not keep it, and nothing changed.</returns>
    private Errno Save(Node node, InodeRecord? record, ReadOnlySpan<XattrChange> xattrs = default)
    {
        if (node.Record is null && record is not null && node.Volume.Numbers?.AreFoundLost() == true)
            return Errno.ESTALE;

        // A removed file lives only as long as the kernel's references to it: so does what is known of it.
        if (!node.IsRemoved)
        {
            Errno errno = WriteRecord(node, node.Record, record, xattrs);
            if (errno != Errno.OK)
                return errno;
            if (record is not null)
                KeepPlace(node.Names?.Parent);
        }
        else if (!xattrs.IsEmpty)
        {
            if (NamelessXattrs.Apply(node.Nameless, xattrs) is not { } kept)
                return Errno.ENOSPC;
            node.Nameless = kept;
        }

        node.Record = record;
        node.IsRecordLoaded = true;
        return Errno.OK;
    }

    // Hints are for people, so a failure to keep one fails nothing.
    private void KeepPlace(Node? directory)
    {
        // Names that are kept are the places, but for their case.
        if (directory is { Volume: { IsByName: true, Facts.IgnoresCase: false } })
            return;
        while (directory is { IsPlaceKept: false, Names: { } name })
        {
            if (_store.PutDirectory(directory.Key, HintOf(name)) != OverlayStatus.Ok)
                return;
            directory.IsPlaceKept = true;
            directory = name.Parent;
        }
    }

    private static PathHint HintOf(Node node) => node.Names is { } name ? HintOf(name) : default;

    private static PathHint HintOf(NodeName name) => new(name.Parent.Ino, name.Name[..^1]);

    /// <summary>The attributes that programs see; settles first whether recorded times still hold.</summary>
    /// <param name="node">The node.</param>
    /// <param name="stat">What the share shows; looked at again where the times had to be settled.</param>
    private EffectiveAttributes Effective(Node node, ref Statx stat)
    {
        InodeRecord? record = node.Record;
        if (record?.Witness is { } witness && (!node.IsRemoved || node.Open is not null) && Judge(node, witness, stat) == TimeVerdict.Void)
            record = SettleTimes(node, ref stat);

        EffectiveAttributes effective = AttributeMerge.Merge(stat, record, timesValid: true, _options);
        if (record?.Mtime is null && node.TimeOnShare is { IsOutdated: false } time
            && Judge(node, time.Witness, stat) == TimeVerdict.LateStamp)
            effective = effective with { Mtime = time.Mtime };
        node.ShowsSuidgid = ModeBits.HasSuidgid(effective.Mode);
        return effective;
    }

    // Under the monitor and with a fresh look: a SETATTR may have renewed the witness since the caller looked.
    private InodeRecord? SettleTimes(Node node, ref Statx stat)
    {
        lock (node)
        {
            bool isSeen = StatNode(node, out Statx fresh) == Errno.OK;
            if (isSeen)
                stat = fresh;
            if (isSeen && node.Record is { Witness: { } witness } && Judge(node, witness, stat) == TimeVerdict.Void)
                VoidTimes(node, stat);
            return node.Record;
        }
    }

    // A late stamp leaves the witness as it is: a CIFS client may show the stamp for a while and the time of before again.
    private static TimeVerdict Judge(Node node, in TimeWitness witness, in Statx stat) =>
        TimeValidity.Judge(
            witness, stat.MtimeNs, stat.Size, node.Volume.Facts.StampsLate, node.SettledAt(witness));

    /// <summary>A name came or went: a directory's recorded times are void, whenever the share stamps it.</summary>
    private void EntriesChanged(Node directory, SafeFd fd)
    {
        directory.EntriesChangedAt = Environment.TickCount64;
        if (directory.TimeOnShare is { } time)
            time.IsOutdated = true;
        if (directory.Onlookers.TakeOthers())
            _connection?.InvalidateInode(directory.Id, -1, 0);
        if (directory.Record?.Witness is null || ShareView.Held(directory, fd, out Statx stat) != Errno.OK)
            return;
        lock (directory)
            VoidTimes(directory, stat);
    }

    /// <summary>Attributes that a LOOKUP or READDIRPLUS on its way has looked at before a change must not be cached after it.</summary>
    /// <remarks>
    /// After most changes the kernel only marks the attributes it has as doubtful, and an older answer that comes in later
    /// makes them good again (fs/fuse/inode.c, fuse_change_attributes: inval_mask is cleared). A notification moves
    /// attr_version on, as the kernel itself does after SETATTR, WRITE and UNLINK, and then older answers are dropped.
    /// </remarks>
    private void Outdate(NodeId node)
    {
        if (_nodes.TryGet(node, out Node? inode))
            inode.ForgetAbsentXattrs();

        _connection?.InvalidateInode(node, -1, 0);
    }

    /// <summary>The data changed: recorded times are no longer true. Call under the node's monitor.</summary>
    private void VoidTimes(Node node, in Statx stat)
    {
        if (node.Record is not { Witness: not null } record)
            return;
        InodeRecord? kept = record with { Atime = null, Mtime = null, Witness = null };

        // ctime never goes back: a record that says nothing else still says when.
        if (kept.IsEmpty && kept.Ctime <= stat.CtimeNs)
            kept = null;

        // The witness has told the change and will again; so a full database makes this slow, not wrong.
        if (Save(node, kept) != Errno.OK)
            node.Record = kept;
    }

    private static Errno ErrnoOf(OverlayStatus status) => status switch
    {
        OverlayStatus.Ok => Errno.OK,
        OverlayStatus.Full => Errno.ENOSPC,
        OverlayStatus.ReadOnly => Errno.EROFS,
        _ => Errno.EIO,
    };
}
