// What is made through the mount belongs to who made it, from the moment it is seen.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Callers;
using MetaFs.Passthrough.Counters;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>Whose a new inode is to be, and how it is to be protected.</summary>
    /// <param name="Uid">Owner.</param>
    /// <param name="Gid">Group.</param>
    /// <param name="Mode">Type and permission bits.</param>
    private readonly record struct Birth(uint Uid, uint Gid, uint Mode)
    {
        /// <summary>ACLs that it is to have in the overlay.</summary>
        public XattrChange[] Acls { get; init; } = [];

        /// <summary>See <see cref="AttributeChange.GroupOnShare"/>.</summary>
        public uint GroupOnShare { get; init; } = AttributeChange.WholeGroup;

        /// <summary>The directory's default ACL is not the share's, so neither are its children's.</summary>
        public bool HidesShares { get; init; }

        public uint Permissions => Mode & ModeBits.All;

        /// <summary>The mode to create with: nothing that would lend the daemon's identity, nothing that locks it out.</summary>
        public uint OnShare(Node directory) => (Mode & FileMode.S_IFMT) | ModeBits.LimitGroup(
            ModeBits.OnShare(
                Mode, FileMode.IsDirectory(Mode), directory.Volume.KeepAccess, ownerIsReal: false, groupIsReal: false),
            GroupOnShare);
    }

    // open(2), inode(7): the caller's fsuid; the fsgid, or the group of a setgid directory, whose subdirectories are
    // setgid again; the umask, unless the directory has a default ACL, which then takes its place (acl(5)).
    private Errno BirthIn(
        in RequestContext context, Node directory, SafeFd fd, uint mode, uint umask, out Birth birth)
    {
        birth = default;

        // What the record says needs no look: a CIFS client asks its server again after each name that is made there.
        InodeRecord? record = directory.Record;
        Statx stat = default;
        bool isRecorded = record is { Gid: not null, Mode: not null } && !KeptMode.DependsOnShare(record);
        Errno errno = isRecorded ? Errno.OK : ShareView.Held(directory, fd, out stat);
        if (errno != Errno.OK)
            return errno;
        EffectiveAttributes parent = AttributeMerge.Merge(stat, record, timesValid: true, _options);
        uint gid = context.Gid;
        if ((parent.Mode & FileMode.S_ISGID) != 0)
        {
            gid = parent.Gid;
            if (FileMode.IsDirectory(mode))
                mode |= FileMode.S_ISGID;
            else if (LendsForeignGroup(context, mode, gid))
                mode &= ~FileMode.S_ISGID;
        }

        birth = new Birth(context.Uid, gid, mode & ~umask);
        return FileMode.IsSymlink(mode) ? Errno.OK : Inherit(directory, fd, mode, ref birth);
    }

    // CVE-2018-13405. Since Linux 6.0 the kernel takes the bit away itself (fs/inode.c, mode_strip_sgid); before, that was
    // each file system's part.
    private static bool LendsForeignGroup(in RequestContext context, uint mode, uint gid)
    {
        const uint program = FileMode.S_ISGID | FileMode.S_IXGRP;
        return (mode & program) == program && context.Uid != 0 && context.Gid != gid
            && !CallerGroups.Contains(context.Pid, context.Uid, gid);
    }

    // With a default ACL the new inode's is made of it, and the mode with both (acl(5)). Where the share knows the default
    // ACL it has done the same by itself.
    private Errno Inherit(Node directory, SafeFd fd, uint mode, ref Birth birth)
    {
        Errno errno = DefaultAclOf(directory, fd, out byte[]? acl, out bool isOverlaid);
        if (errno != Errno.OK || (acl is null && !isOverlaid))
            return errno;
        if (acl is null)
        {
            birth = birth with { HidesShares = true };
            return Errno.OK;
        }

        byte[] access = [.. acl];
        bool isMinimal = PosixAcl.Inherit(access, ref mode);
        birth = birth with { Mode = mode, HidesShares = isOverlaid };
        if (!isOverlaid)
            return Errno.OK;
        List<XattrChange> acls = [];
        if (!isMinimal && PosixAcl.TryRead(access, out AclSummary summary))
        {
            acls.Add(XattrChange.Set(XattrName.AccessAcl.Bytes.ToArray(), access));
            birth = birth with { GroupOnShare = summary.Group };
        }

        if (FileMode.IsDirectory(mode))
            acls.Add(XattrChange.Set(XattrName.DefaultAcl.Bytes.ToArray(), acl));
        birth = birth with { Acls = [.. acls] };
        return Errno.OK;
    }

    /// <summary>
    /// Makes a new inode its creator's: on the share where that is possible, in the overlay where not. The kernel holds
    /// the directory's lock until the reply, so through the mount nobody sees it before.
    /// </summary>
    /// <param name="node">The new inode.</param>
    /// <param name="fd">It, on the share.</param>
    /// <param name="birth">What it is to be.</param>
    /// <param name="stat">What the share shows; then what it shows afterwards.</param>
    /// <param name="item">What it stands for; null: itself.</param>
    private Errno Adopt(Node node, SafeFd fd, in Birth birth, ref Statx stat, EmulatedObject? item)
    {
        lock (node)
        {
            // A row under this number is of a file that is gone: this one was made a moment ago.
            node.Record = item is null ? null : new InodeRecord { Guard = node.Guard, Object = item };
            node.IsRecordLoaded = true;
            node.IsPlaceholder = item is not null;
            var change = new AttributeChange(node, _options, fd, stat) { GroupOnShare = birth.GroupOnShare };
            if (birth.HidesShares)
                DropInheritedAcls(node, fd);
            Errno errno = AdoptOwner(node, ref change, birth, stat, out RecordDraft draft);
            if (errno != Errno.OK)
                return errno;
            stat = change.Share;
            InodeGuard guard = node.Volume.GuardOf(stat, fd, CString.Empty);
            long now = Libc.RealtimeNanoseconds();
            bool stampsLate = item is not null && node.Volume.Facts.StampsLate;
            if (item is not null)
                draft.Object = item with { Mtime = stat.MtimeNs };
            if (stampsLate)
                HoldTimes(ref draft, stat, now);
            InodeRecord record = draft.Finish(guard, HintOf(node), stampsLate ? now : 0, now, birth.Uid);
            foreach (XattrChange acl in birth.Acls)
                record = record with { Xattrs = record.Xattrs | XattrName.KindOf(acl.Name) };

            // The kernel asks before the first write and before a chown.
            if (node.Guard.FileType == FileMode.S_IFREG)
                RememberAbsent(node, AbsentXattrs.Capability, node.XattrVersion);
            if (!record.IsEmpty)
                return Save(node, record, birth.Acls);
            return !node.IsRemoved && MayHaveStaleRow(node, guard) ? ErrnoOf(_store.Remove(node.Key)) : Errno.OK;
        }
    }

    // Without a guard nothing but its removal would keep the row of an earlier file of this number from one without a record.
    private bool MayHaveStaleRow(Node node, InodeGuard guard) =>
        guard.Kind == GuardKind.None && !node.Volume.IsByName && !_store.IsEmpty;

    // What stands for a link or a device is written after symlink(2) or mknod(2) in the share's eyes, and a CIFS client shows
    // for a while when it was closed. The object was made once.
    private static void HoldTimes(ref RecordDraft draft, in Statx share, long now)
    {
        draft.Mtime = new TimeValue(share.MtimeNs, new Reason(ReasonKind.Created));
        draft.Witness = new TimeWitness(share.MtimeNs, share.CtimeNs, share.Size, now, now);
    }

    private Errno AdoptOwner(
        Node node, ref AttributeChange change, in Birth birth, in Statx stat, out RecordDraft draft)
    {
        draft = default;
        ShareVolume volume = node.Volume;
        bool isTried = _options.Chown == SetPolicy.Try && !volume.IsInVain(ShareCall.Chown);
        if (isTried && (stat.Uid != birth.Uid || stat.Gid != birth.Gid))
        {
            Errno errno = change.Chown(birth.Uid, birth.Gid);
            if (errno != Errno.OK)
                return errno;
        }

        bool hasMode = node.Guard.FileType != FileMode.S_IFLNK;
        if (hasMode)
        {
            Errno errno = AdoptMode(node, ref change, birth);
            if (errno != Errno.OK)
                return errno;
        }

        // The kernel is shown the mapped values of uid=, gid=, file_mode= and dir_mode= where nothing is recorded.
        EffectiveAttributes shown = AttributeMerge.Merge(change.Share, null, timesValid: true, _options);
        bool ownerIsForced = volume.ShowsItsOwn(ShareCall.Chown);
        bool modeIsForced = volume.ShowsItsOwn(ShareCall.Chmod);
        Reason created = new(ReasonKind.Created);
        draft = change.Draft;
        if (ownerIsForced || shown.Uid != birth.Uid)
            draft.Uid ??= new IdValue(birth.Uid, created);
        if (ownerIsForced || shown.Gid != birth.Gid)
            draft.Gid ??= new IdValue(birth.Gid, created);
        if (hasMode && (modeIsForced || (shown.Mode & ModeBits.All) != birth.Permissions))
            draft.Mode ??= new ModeValue(birth.Permissions, created);
        CountCreated(draft);
        return Errno.OK;
    }

    // The share still has a default ACL that is hidden here, and has given it on. That it will not take it back is its own.
    private void DropInheritedAcls(Node node, SafeFd fd)
    {
        if (!AsksShare(node.Volume, XattrKinds.AccessAcl, XattrName.AccessAcl.Bytes))
            return;
        Libc.Fremovexattr(fd, XattrName.AccessAcl);
        if (node.IsDirectory)
            Libc.Fremovexattr(fd, XattrName.DefaultAcl);
    }

    // What was tried on the share and refused is counted there.
    private void CountCreated(in RecordDraft draft)
    {
        if (draft.Uid is { Reason: { Kind: ReasonKind.Created } uid })
            _volumes.Counters.Count(SetAttribute.Uid, uid);
        if (draft.Gid is { Reason: { Kind: ReasonKind.Created } gid })
            _volumes.Counters.Count(SetAttribute.Gid, gid);
        if (draft.Mode is { Reason: { Kind: ReasonKind.Created } mode })
            _volumes.Counters.Count(SetAttribute.Mode, mode);
    }

    private Errno AdoptMode(Node node, ref AttributeChange change, in Birth birth)
    {
        Statx share = change.Share;
        uint target = ModeBits.OnShare(
            birth.Mode, node.IsDirectory, node.Volume.KeepAccess, share.Uid == birth.Uid, share.Gid == birth.Gid);
        target = ModeBits.LimitGroup(target, birth.GroupOnShare);
        bool isTried = _options.Chmod == SetPolicy.Try && !node.Volume.IsInVain(ShareCall.Chmod);
        return isTried && (share.Mode & ModeBits.All) != target ? change.Chmod(birth.Permissions) : Errno.OK;
    }

    /// <summary>Adopts what was just made under a name, and answers its entry; takes it away again if that fails.</summary>
    private Errno AdoptName(
        Node directory, SafeFd directoryFd, CString name, SafeFd fd, in Birth birth, out FuseEntryOut entry, out Node node,
        EmulatedObject? item = null)
    {
        entry = default;
        node = null!;
        Errno errno = ShareView.Opened(directory, name, fd, out Statx stat);
        if (item is not null)
        {
            item = item with { Mtime = stat.MtimeNs };
            stat = Placeholder.Show(item, stat);
        }

        if (errno == Errno.OK)
            errno = AddMade(directory, directoryFd, name, stat, out node);
        if (errno == Errno.OK)
            errno = AdoptNode(node, fd, birth, ref stat, item);
        if (errno == Errno.OK)
        {
            entry = EntryOf(node, stat);
            EntriesChanged(directory, directoryFd);
            return Errno.OK;
        }

        TakeBack(directoryFd, name, birth.Mode);
        return errno;
    }

    // What was made and cannot be given to its maker.
    private static void TakeBack(SafeFd directory, CString name, uint mode) =>
        Libc.Unlinkat(directory, name, FileMode.IsDirectory(mode) ? AtFlags.AT_REMOVEDIR : 0);

    private Errno AdoptNode(Node made, SafeFd fd, in Birth birth, ref Statx stat, EmulatedObject? item = null)
    {
        Errno errno = Adopt(made, fd, birth, ref stat, item);
        if (errno != Errno.OK)
        {
            _nodes.Remove(made);
            _nodes.Forget(made.Id, 1);
        }

        return errno;
    }
}
