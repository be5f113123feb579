// One change of attributes: each part tried on the share, looked at again, and recorded where the share does not hold it.
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Counters;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Attributes;

/// <summary>The state of one SETATTR. Used by one thread, under the node's monitor.</summary>
internal ref struct AttributeChange
{
    // A share that moved a time by no more than this rounded it; FAT's unit is the coarsest known.
    private const long CoarsestUnit = 2_000_000_000;

    private readonly Node _node;
    private readonly PassthroughOptions _options;
    private readonly SafeFd? _fd;
    private Statx _share;
    private RecordDraft _draft;

    /// <param name="node">The inode.</param>
    /// <param name="options">The mount's options.</param>
    /// <param name="fd">The inode on the share; null where nothing leads there any more: all goes to the record.</param>
    /// <param name="share">What the share shows.</param>
    public AttributeChange(Node node, PassthroughOptions options, SafeFd? fd, in Statx share)
    {
        _node = node;
        _options = options;
        _fd = fd;
        _share = share;
        _draft = new RecordDraft(node.Record);
        if (KeptMode.Of(node.Record, share) is null)
            _draft.Mode = null;
    }

    /// <summary>No limit for <see cref="GroupOnShare"/>.</summary>
    public const uint WholeGroup = 7;

    /// <summary>
    /// The most that the group may get on the share, rwx. Where an ACL is kept in the overlay, the mode's group bits are its
    /// mask: on the share, which does not know the ACL, they would be the group's own.
    /// </summary>
    public uint GroupOnShare { get; init; } = WholeGroup;

    /// <summary>What the share shows now.</summary>
    public readonly Statx Share => _share;

    /// <summary>The record as it has become.</summary>
    public readonly RecordDraft Draft => _draft;

    private readonly uint EffectiveUid => _draft.Uid?.Value ?? _options.Uid ?? _share.Uid;

    private readonly uint EffectiveGid => _draft.Gid?.Value ?? _options.Gid ?? _share.Gid;

    private readonly uint EffectiveMode =>
        _draft.Mode?.Value
        ?? MappedMode
        ?? (_share.Mode & ModeBits.All);

    // Whether a call on the descriptor changes this inode and no other.
    private readonly bool IsReached =>
        _fd is not null && !(_node.Volume.Facts.FollowsLinks && _node.Guard.FileType == FileMode.S_IFLNK && !_node.IsPlaceholder);

    private readonly uint? MappedMode => _node.Guard.FileType switch
    {
        FileMode.S_IFDIR => _options.DirMode,
        FileMode.S_IFREG => _options.FileMode,
        _ => null,
    };

    /// <summary>Changes owner and group; null leaves one as it is.</summary>
    public Errno Chown(uint? uid, uint? gid)
    {
        if (_options.Chown == SetPolicy.Record || !IsReached)
        {
            RecordOwner(uid, gid, FieldVerdict.Record, FieldVerdict.Record, new Reason(ReasonKind.Option));
            return Errno.OK;
        }

        Statx before = _share;
        Errno errno = Libc.Fchownat(
            _fd!, CString.Empty, uid ?? uint.MaxValue, gid ?? uint.MaxValue, AtFlags.AT_EMPTY_PATH);
        if (Evidence.IsRefusal(errno))
        {
            if (_share.IsImmutableOrAppend)
                return errno;
            _node.Volume.Learn(ShareCall.Chown, CallTrait.Refuses);
            Reason refused = new(ReasonKind.Refused, (int)errno);
            RecordOwner(uid, gid, FieldVerdict.Record, FieldVerdict.Record, refused);
            return Errno.OK;
        }

        if (errno == Errno.OK)
            errno = RestatAfter(ShareCall.Chown);
        if (errno != Errno.OK)
            return errno;
        FieldVerdict uidVerdict = Judge(ShareCall.Chown, before.Uid, _share.Uid, uid ?? 0, _options.Uid is not null);
        FieldVerdict gidVerdict = Judge(ShareCall.Chown, before.Gid, _share.Gid, gid ?? 0, _options.Gid is not null);
        if (uid is { } wantedUid)
            _node.Volume.Learn(ShareCall.Chown, Evidence.Learn(before.Uid, _share.Uid, wantedUid));
        if (gid is { } wantedGid)
            _node.Volume.Learn(ShareCall.Chown, Evidence.Learn(before.Gid, _share.Gid, wantedGid));
        RecordOwner(uid, gid, uidVerdict, gidVerdict, new Reason(ReasonKind.Ignored));

        // The half that was not named stays as it was seen, even if the share moved it.
        if (uid is null && _draft.Uid is null && _share.Uid != before.Uid)
            RecordOwner(before.Uid, null, FieldVerdict.Record, FieldVerdict.Record, new Reason(ReasonKind.Ignored));
        if (gid is null && _draft.Gid is null && _share.Gid != before.Gid)
            RecordOwner(null, before.Gid, FieldVerdict.Record, FieldVerdict.Record, new Reason(ReasonKind.Ignored));
        return Errno.OK;
    }

    /// <summary>Whether a mode can stand on the share as it is; else a record has what is different.</summary>
    /// <param name="node">The inode.</param>
    /// <param name="wanted">The mode.</param>
    /// <param name="shown">Whose it is.</param>
    /// <param name="share">Whose it is on the share.</param>
    /// <param name="groupOnShare">As <see cref="GroupOnShare"/>.</param>
    public static bool IsWhole(
        Node node, uint wanted, in EffectiveAttributes shown, in Statx share, uint groupOnShare = WholeGroup) =>
        ModeOnShare(node, wanted, shown.Uid == share.Uid, shown.Gid == share.Gid, groupOnShare) == (wanted & ModeBits.All);

    private static uint ModeOnShare(Node node, uint wanted, bool ownerIsReal, bool groupIsReal, uint groupOnShare) =>
        ModeBits.LimitGroup(
            ModeBits.OnShare(wanted, node.IsDirectory, node.Volume.KeepAccess, ownerIsReal, groupIsReal), groupOnShare);

    /// <summary>Changes the permission bits.</summary>
    public Errno Chmod(uint mode) => Chmod(mode, isKill: false);

    private Errno Chmod(uint mode, bool isKill)
    {
        // As of a real one: fs/attr.c, notify_change.
        if (_node.Guard.FileType == FileMode.S_IFLNK && _node.IsPlaceholder)
            return Errno.EOPNOTSUPP;
        uint wanted = mode & ModeBits.All;
        if (_options.Chmod == SetPolicy.Record || _fd is null)
        {
            RecordMode(wanted, FieldVerdict.Record, new Reason(ReasonKind.Option));
            return Errno.OK;
        }

        uint target = ModeOnShare(_node, wanted, EffectiveUid == _share.Uid, EffectiveGid == _share.Gid, GroupOnShare);
        uint before = _share.Mode & ModeBits.All;
        Errno errno = Libc.Fchmod(_fd, target);
        if (Evidence.IsRefusal(errno) && _node.Guard.FileType != FileMode.S_IFLNK)
        {
            // To an append-only file may be written, and that ends suid (fs/attr.c, notify_change: may_setattr comes before).
            if (_share.IsImmutableOrAppend && !isKill)
                return errno;
            if (!_share.IsImmutableOrAppend)
                _node.Volume.Learn(ShareCall.Chmod, CallTrait.Refuses);
            RecordMode(wanted, FieldVerdict.Record, new Reason(ReasonKind.Refused, (int)errno));
            return Errno.OK;
        }

        if (errno == Errno.OK)
            errno = RestatAfter(ShareCall.Chmod);
        if (errno != Errno.OK)
            return errno;
        uint after = _share.Mode & ModeBits.All;
        _node.Volume.Learn(ShareCall.Chmod, Evidence.Learn(before, after, target));
        if (after == target && target != wanted)
            RecordMode(wanted, FieldVerdict.Record, new Reason(ReasonKind.Kept));
        else
            RecordMode(
                wanted, Judge(ShareCall.Chmod, before, after, wanted, MappedMode is not null),
                new Reason(ReasonKind.Ignored));
        return Errno.OK;
    }

    /// <summary>Takes suid and sgid away, as a write or a chown does; nothing happens where there are none.</summary>
    public Errno KillSuidgid()
    {
        uint mode = EffectiveMode;
        uint killed = ModeBits.KillSuidgid(mode);
        bool stays = killed == mode && ModeBits.KillSuidgid(_share.Mode & ModeBits.All) == (_share.Mode & ModeBits.All);
        return _node.IsDirectory || _node.Guard.FileType == FileMode.S_IFLNK || stays
            ? Errno.OK
            : Chmod(killed, isKill: true);
    }

    /// <summary>Changes times; null leaves one as it is.</summary>
    public Errno Utimens(TimeRequest? atime, TimeRequest? mtime)
    {
        if (mtime is not null)
            _node.TimeOnShare = null;
        if (_options.Utimens == SetPolicy.Record || !IsReached)
        {
            RecordTimes(atime, mtime, FieldVerdict.Record, FieldVerdict.Record, new Reason(ReasonKind.Option));
            return Errno.OK;
        }

        Statx before = _share;
        Errno errno = Libc.Utimensat(_fd!, CString.Empty, ToTimespec(atime), ToTimespec(mtime), AtFlags.AT_EMPTY_PATH);
        if (Evidence.IsRefusal(errno))
        {
            if (_share.IsImmutableOrAppend)
                return errno;
            _node.Volume.Learn(ShareCall.Utimens, CallTrait.Refuses);
            Reason refused = new(ReasonKind.Refused, (int)errno);
            RecordTimes(atime, mtime, FieldVerdict.Record, FieldVerdict.Record, refused);
            return Errno.OK;
        }

        if (errno == Errno.OK)
            errno = Restat();
        if (errno != Errno.OK)
            return errno;
        (FieldVerdict atimeVerdict, ReasonKind atimeReason) = JudgeTime(atime, before.AtimeNs, _share.AtimeNs);
        (FieldVerdict mtimeVerdict, ReasonKind mtimeReason) = JudgeTime(mtime, before.MtimeNs, _share.MtimeNs);

        // A changed mtime has its content read by whoever looks next, perhaps before the record is written. The share may
        // take that for an access, and nobody has read the object.
        if (_node.IsPlaceholder)
            atimeVerdict = FieldVerdict.Record;
        if (mtime is not null && _node.Volume.Facts.StampsLate)
            _node.TimeOnShare = new TimeOnShare(_share, Libc.RealtimeNanoseconds());
        if (mtime is not null)
            _node.Volume.Learn(ShareCall.Utimens, mtimeReason == ReasonKind.Ignored ? CallTrait.Ignores : CallTrait.Accepts);
        RecordTimes(
            atime, mtime, atimeVerdict, mtimeVerdict, new Reason(mtime is null ? atimeReason : mtimeReason));
        if (atime is null)
            KeepAtime(before.AtimeNs);
        if (mtime is null)
            KeepMtime(before.MtimeNs);
        return Errno.OK;
    }

    // sshfs knows no UTIME_OMIT and sets both times. Only FUSE shares, whose attributes are always asked for anew: on
    // others a time that differs may be another host's write, seen late.
    private void KeepMtime(long before)
    {
        if (_node.Volume.Facts.IsFuse && _draft.Mtime is null && _share.MtimeNs != before)
            RecordTimes(null, new TimeRequest(before, Now: false), default, FieldVerdict.Record, new Reason(ReasonKind.Ignored));
    }

    // The CIFS client shows no atime below mtime (fs/smb/client/inode.c, cifs_fattr_to_inode), so one that was to stay as
    // it is has to be recorded when mtime passes it.
    private void KeepAtime(long before)
    {
        bool isRaised = !_node.Volume.Facts.IsLocal && before < _share.MtimeNs && _share.AtimeNs == _share.MtimeNs;
        bool isSetAlong = _node.Volume.Facts.IsFuse && _share.AtimeNs != before;
        if ((isRaised || isSetAlong || _node.IsPlaceholder) && _draft.Atime is null)
            RecordTimes(new TimeRequest(before, Now: false), null, FieldVerdict.Record, default, new Reason(ReasonKind.Ignored));
    }

    /// <summary>Attributes in the overlay change: of these kinds there are any from now on.</summary>
    public void SetXattrs(XattrKinds kinds)
    {
        _draft.Xattrs = kinds;
        _draft.IsRecorded = true;
    }

    /// <summary>The data changes: recorded times are void.</summary>
    public void VoidTimes()
    {
        if (_node.TimeOnShare is { } time)
            time.IsOutdated = true;
        _draft.Atime = null;
        _draft.Mtime = null;
        _draft.Witness = null;
    }

    // Where such a call was ignored before, the server need not be asked again as long as its client shows no change. On CIFS
    // that is three of the four requests of an fchown.
    private Errno RestatAfter(ShareCall call)
    {
        Statx before = _share;
        if (_node.Volume.Trait(call) != CallTrait.Ignores)
            return Restat();
        Errno errno = Restat(fresh: false);
        bool isSame = (_share.Uid, _share.Gid, _share.Mode) == (before.Uid, before.Gid, before.Mode);
        return errno != Errno.OK || isSame ? errno : Restat();
    }

    /// <summary>Looks at the share again; what it shows now is what the next step starts from.</summary>
    public Errno Restat() => Restat(fresh: !_node.Volume.Facts.IsLocal);

    private Errno Restat(bool fresh)
    {
        if (_fd is null)
            return Errno.OK;

        // A network client may answer from its cache what it has just been told, not what the server keeps of it.
        Statx before = _share;
        Errno errno = ShareView.Held(_node, _fd, out _share, fresh);

        // One descriptor, one inode: a server without room for a creation time makes one up from the other times
        // (Samba: the oldest), so it follows what was just set.
        if (errno == Errno.OK && before.HasBtime && _share.HasBtime && before.BtimeNs != _share.BtimeNs)
            _node.Volume.DistrustBirthTimes();
        return errno;
    }

    /// <summary>Takes the witness for recorded times, and of a placeholder; last, since every other step may move the share's own.</summary>
    public void Witness(long now)
    {
        if (_draft.HasTimes)
            _draft.Witness = new TimeWitness(_share.MtimeNs, _share.CtimeNs, _share.Size, now, now);

        // Its times may be what has just been set; so the next look need not read its content.
        if (_draft.Object is { } item && item.Mtime != _share.MtimeNs)
            _draft.Object = item with { Mtime = _share.MtimeNs };
    }

    // Where a mount option stands in for the share's value, only a record shows another. A local file system shows what it
    // stores, so finding a value there is proof enough.
    private readonly FieldVerdict Judge(ShareCall call, long before, long after, long wanted, bool isMapped)
    {
        ShareVolume volume = _node.Volume;
        if (isMapped)
            return FieldVerdict.Record;
        FieldVerdict verdict = Evidence.Judge(before, after, wanted, volume.ShowsItsOwn(call));
        return verdict == FieldVerdict.KeepIfRecorded && volume.Facts.IsLocal ? FieldVerdict.Drop : verdict;
    }

    private void RecordOwner(uint? uid, uint? gid, FieldVerdict uidVerdict, FieldVerdict gidVerdict, Reason reason)
    {
        if (uid is { } wantedUid)
            _draft.Uid = Count(
                SetAttribute.Uid, _draft.Decide(_draft.Uid, uidVerdict, new IdValue(wantedUid, reason)), reason);
        if (gid is { } wantedGid)
            _draft.Gid = Count(
                SetAttribute.Gid, _draft.Decide(_draft.Gid, gidVerdict, new IdValue(wantedGid, reason)), reason);
    }

    private void RecordMode(uint wanted, FieldVerdict verdict, Reason reason) =>
        _draft.Mode = Count(
            SetAttribute.Mode, _draft.Decide(_draft.Mode, verdict, new ModeValue(wanted, reason)), reason);

    private readonly T? Count<T>(SetAttribute attribute, T? field, Reason reason)
        where T : struct
    {
        _node.Volume.Counters.Count(attribute, field is null ? null : reason);
        return field;
    }

    private void RecordTimes(
        TimeRequest? atime, TimeRequest? mtime, FieldVerdict atimeVerdict, FieldVerdict mtimeVerdict, Reason reason)
    {
        if (atime is { } wantedAtime)
            _draft.Atime = Count(
                SetAttribute.Atime,
                _draft.Decide(_draft.Atime, atimeVerdict, new TimeValue(wantedAtime.Nanoseconds, reason)), reason);
        if (mtime is { } wantedMtime)
            _draft.Mtime = Count(
                SetAttribute.Mtime,
                _draft.Decide(_draft.Mtime, mtimeVerdict, new TimeValue(wantedMtime.Nanoseconds, reason)), reason);
    }

    // A time that the share shows as wanted is not forced on it, so finding it there is proof enough; but a share that
    // is known to round may still show its client's memory of the exact value.
    private readonly (FieldVerdict Verdict, ReasonKind Reason) JudgeTime(TimeRequest? request, long before, long after)
    {
        if (request is not { } wanted)
            return (FieldVerdict.KeepIfRecorded, ReasonKind.Ignored);
        bool isNear = Math.Abs((double)after - wanted.Nanoseconds) <= CoarsestUnit;
        if (wanted.Now)
        {
            // "Now" is the share's now, if it moved the time at all.
            bool moved = after != before || isNear;
            return (moved ? FieldVerdict.Drop : FieldVerdict.Record, ReasonKind.Ignored);
        }

        bool isExact = after == wanted.Nanoseconds && wanted.Nanoseconds % _node.Volume.Facts.TimeGranularity == 0;
        bool isRounded = isNear && (after != before || after == wanted.Nanoseconds);
        return (isExact ? FieldVerdict.Drop : FieldVerdict.Record, isRounded ? ReasonKind.Rounded : ReasonKind.Ignored);
    }

    private static Timespec ToTimespec(TimeRequest? request) => request switch
    {
        null => Timespec.Omit,
        { Now: true } => Timespec.Now,
        { Nanoseconds: var nanoseconds } => Timespec.FromNanoseconds(nanoseconds),
    };
}
