// What is made through the mount belongs to who made it, from the moment it is seen.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>Whose a new inode is to be, and how it is to be protected.</summary>
    /// <param name="Uid">Owner.</param>
    /// <param name="Gid">Group.</param>
    /// <param name="Mode">Type and permission bits.</param>
    /// <param name="FollowsAcl">The directory's default ACL shapes the mode, so what the share makes of it stands.</param>
    private readonly record struct Birth(uint Uid, uint Gid, uint Mode, bool FollowsAcl)
    {
        public uint Permissions => Mode & ModeBits.All;

        /// <summary>The mode to create with: nothing that would lend the daemon's identity, nothing that locks it out.</summary>
        public uint OnShare(Node directory) => (Mode & FileMode.S_IFMT) | ModeBits.OnShare(
            Mode, FileMode.IsDirectory(Mode), directory.Volume.KeepAccess, ownerIsReal: false, groupIsReal: false);
    }

    // open(2), inode(7): the caller's fsuid; the fsgid, or the group of a setgid directory, whose subdirectories are
    // setgid again; the umask, unless the directory has a default ACL, which then takes its place (acl(5)).
    private Errno BirthIn(
        in RequestContext context, Node directory, SafeFd fd, uint mode, uint umask, out Birth birth)
    {
        birth = default;
        Errno errno = ShareView.Held(directory, fd, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        EffectiveAttributes parent = AttributeMerge.Merge(stat, directory.Record, timesValid: true, _options);
        bool followsAcl = HasDefaultAcl(directory, fd);
        if (!followsAcl)
            mode &= ~umask;
        uint gid = context.Gid;
        if ((parent.Mode & FileMode.S_ISGID) != 0)
        {
            gid = parent.Gid;
            if (FileMode.IsDirectory(mode))
                mode |= FileMode.S_ISGID;
        }

        birth = new Birth(context.Uid, gid, mode, followsAcl);
        return Errno.OK;
    }

    // That there is none is believed as long as the kernel believes attributes. Through the mount one comes by SETXATTR,
    // which the kernel keeps apart from what makes names by the directory's lock.
    private bool HasDefaultAcl(Node directory, SafeFd fd)
    {
        long now = Environment.TickCount64;
        if (directory.Volume.LacksAcls || now < directory.NoDefaultAclUntil)
            return false;
        Errno errno = Libc.Fgetxattr(
            fd, CString.FromTerminated("system.posix_acl_default\0"u8), [], out int size);
        if (errno is Errno.EOPNOTSUPP or Errno.ENOSYS)
            directory.Volume.LacksAcls = true;
        else if (errno == Errno.ENODATA)
            directory.NoDefaultAclUntil = now + (long)_options.AttrTimeout.TotalMilliseconds;
        return errno == Errno.OK && size > 0;
    }

    /// <summary>
    /// Makes a new inode its creator's: on the share where that is possible, in the overlay where not. The kernel holds
    /// the directory's lock until the reply, so through the mount nobody sees it before.
    /// </summary>
    /// <param name="node">The new inode.</param>
    /// <param name="fd">It, on the share.</param>
    /// <param name="birth">What it is to be.</param>
    /// <param name="stat">What the share shows; then what it shows afterwards.</param>
    private Errno Adopt(Node node, SafeFd fd, in Birth birth, ref Statx stat)
    {
        lock (node)
        {
            // A row under this number is of a file that is gone: this one was made a moment ago.
            node.Record = null;
            node.IsRecordLoaded = true;
            var change = new AttributeChange(node, _options, fd, stat);
            Errno errno = AdoptOwner(node, ref change, birth, stat, out RecordDraft draft);
            if (errno != Errno.OK)
                return errno;
            stat = change.Share;
            InodeGuard guard = node.Volume.GuardOf(stat, fd, CString.Empty);
            InodeRecord record = draft.Finish(guard, HintOf(node), 0, Libc.RealtimeNanoseconds(), birth.Uid);
            if (!record.IsEmpty)
                return Save(node, record);

            // Without a guard nothing but this would keep the old row from the new file.
            bool mayBeStale = guard.Kind == GuardKind.None && !node.IsRemoved && !_store.IsEmpty;
            return mayBeStale ? ErrnoOf(_store.Remove(node.Key)) : Errno.OK;
        }
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

        bool hasMode = !birth.FollowsAcl && node.Guard.FileType != FileMode.S_IFLNK;
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
        return Errno.OK;
    }

    private Errno AdoptMode(Node node, ref AttributeChange change, in Birth birth)
    {
        Statx share = change.Share;
        uint target = ModeBits.OnShare(
            birth.Mode, node.IsDirectory, node.Volume.KeepAccess, share.Uid == birth.Uid, share.Gid == birth.Gid);
        bool isTried = _options.Chmod == SetPolicy.Try && !node.Volume.IsInVain(ShareCall.Chmod);
        return isTried && (share.Mode & ModeBits.All) != target ? change.Chmod(birth.Permissions) : Errno.OK;
    }

    /// <summary>Adopts what was just made under a name, and answers its entry; takes it away again if that fails.</summary>
    private Errno AdoptName(
        Node directory, SafeFd directoryFd, CString name, SafeFd fd, in Birth birth, out FuseEntryOut entry, out Node node)
    {
        entry = default;
        node = null!;
        Errno errno = ShareView.Opened(directory, name, fd, out Statx stat);
        if (errno == Errno.OK)
            errno = _volumes.Find(stat, directoryFd, name, out ShareVolume volume) is var found && found == Errno.OK
                ? AdoptNode(_nodes.AddNew(volume, stat, directory, name), fd, birth, ref stat, out node)
                : found;
        if (errno == Errno.OK)
        {
            entry = EntryOf(node, stat);
            EntriesChanged(directory, directoryFd);
            return Errno.OK;
        }

        Libc.Unlinkat(directoryFd, name, FileMode.IsDirectory(stat.Mode) ? AtFlags.AT_REMOVEDIR : 0);
        return errno;
    }

    private Errno AdoptNode(Node made, SafeFd fd, in Birth birth, ref Statx stat, out Node node)
    {
        node = made;
        Errno errno = Adopt(made, fd, birth, ref stat);
        if (errno != Errno.OK)
        {
            _nodes.Remove(made);
            _nodes.Forget(made.Id, 1);
        }

        return errno;
    }
}
