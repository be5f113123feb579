// A record in the making: what one SETATTR or one creation changes, before it is written as one row.
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Attributes;

/// <summary>The fields of a record while an operation decides about each of them.</summary>
internal struct RecordDraft
{
    public IdValue? Uid;
    public IdValue? Gid;
    public ModeValue? Mode;
    public TimeValue? Atime;
    public TimeValue? Mtime;
    public TimeWitness? Witness;
    public XattrKinds Xattrs;
    public EmulatedObject? Object;

    /// <summary>Whether anything was recorded that the share does not show: then ctime is ours to advance.</summary>
    public bool IsRecorded;

    public RecordDraft(InodeRecord? record)
    {
        Witness = record?.Witness;
        Xattrs = record?.Xattrs ?? XattrKinds.None;
        Object = record?.Object;
        IsRecorded = false;
        if (record is null)
            return;

        // What stays keeps its own origin: the record's will be that of this change.
        Origin? origin = record.IsEmpty ? null : new Origin(record.SetAt, record.SetBy);
        Uid = record.Uid is { } uid ? uid with { Reason = Keep(uid.Reason, origin) } : null;
        Gid = record.Gid is { } gid ? gid with { Reason = Keep(gid.Reason, origin) } : null;
        Mode = record.Mode is { } mode ? mode with { Reason = Keep(mode.Reason, origin) } : null;
        Atime = record.Atime is { } atime ? atime with { Reason = Keep(atime.Reason, origin) } : null;
        Mtime = record.Mtime is { } mtime ? mtime with { Reason = Keep(mtime.Reason, origin) } : null;
    }

    public readonly bool HasTimes => Atime is not null || Mtime is not null;

    /// <summary>Applies a verdict to one field.</summary>
    /// <returns>What the field is from now on.</returns>
    public T? Decide<T>(T? field, FieldVerdict verdict, T value)
        where T : struct
    {
        if (verdict == FieldVerdict.Drop || (verdict == FieldVerdict.KeepIfRecorded && field is null))
            return null;
        IsRecorded = true;
        return value;
    }

    /// <summary>The finished row.</summary>
    /// <param name="guard">Identity beyond the inode number.</param>
    /// <param name="hint">Where the inode is.</param>
    /// <param name="ctime">Recorded change time, ns.</param>
    /// <param name="now">This machine's clock, ns.</param>
    /// <param name="by">Whose call it was.</param>
    public readonly InodeRecord Finish(
        in InodeGuard guard, in PathHint hint, long ctime, long now, uint? by = null) => new()
        {
            Guard = guard,
            Uid = Uid,
            Gid = Gid,
            Mode = Mode,
            Atime = Atime,
            Mtime = Mtime,
            Witness = HasTimes ? Witness : null,
            Ctime = ctime,
            SetAt = now,
            SetBy = by,
            Hint = hint,
            Xattrs = Xattrs,
            Object = Object,
        };

    private static Reason Keep(in Reason reason, Origin? origin) => reason with { Origin = reason.Origin ?? origin };
}
