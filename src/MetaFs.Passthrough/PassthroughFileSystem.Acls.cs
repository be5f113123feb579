// POSIX ACLs. The kernel enforces them (FUSE_POSIX_ACL) and leaves the rest here: mode and ACL in step, inheritance.
using System.Buffers;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // A permission check ends with whatever errno comes from here (fs/namei.c, acl_permission_check), so a share without
    // ACLs must not be heard. Older kernels ask for the size alone, which the mode does not change.
    private Errno GetAcl(Node inode, XattrKinds kind, CString name, Span<byte> value, out int size)
    {
        size = 0;
        if (!_options.Acls)
            return Errno.EOPNOTSUPP;
        Errno errno = GetXattr(inode, kind, name, value, out size);
        if (errno is Errno.EOPNOTSUPP or Errno.ENOSYS || (errno == Errno.ESTALE && inode.IsRemoved))
            return Errno.ENODATA;
        if (errno != Errno.OK || kind != XattrKinds.AccessAcl || value.IsEmpty)
            return errno;
        errno = ModeOf(inode, out uint mode);
        if (errno == Errno.OK)
            PosixAcl.Show(value[..size], mode);
        return errno;
    }

    // Whoever sets one meanwhile holds the monitor until it has moved the version on.
    private void RememberNoDefault(Node directory, int version, long now)
    {
        lock (directory)
        {
            if (version == directory.XattrVersion)
                directory.NoDefaultAclUntil = now + (long)_options.AttrTimeout.TotalMilliseconds;
        }
    }

    private Errno ModeOf(Node inode, out uint mode)
    {
        mode = inode.Record?.Mode?.Value ?? 0;
        if (inode.Record is { Mode: not null } record && !KeptMode.DependsOnShare(record))
            return Errno.OK;
        Errno errno = StatNode(inode, out Statx stat);
        mode = errno == Errno.OK ? Effective(inode, ref stat).Mode : 0;
        return errno;
    }

    private Errno SetAcl(
        Node inode, XattrKinds kind, SafeFd? fd, Statx stat, ReadOnlySpan<byte> acl, bool killSgid, uint caller)
    {
        if (!PosixAcl.TryRead(acl, out AclSummary summary))
            return Errno.EINVAL;
        if (kind == XattrKinds.AccessAcl)
            return SetAccessAcl(inode, fd, stat, acl, summary, killSgid, caller);
        if (!inode.IsDirectory)
            return Errno.EACCES;
        if (!_options.Acls)
            return Errno.EOPNOTSUPP;
        Errno errno = SetAclOnShare(inode, kind, fd, stat, acl, out bool isKept);
        if (errno != Errno.OK)
            return errno;
        byte[] name = XattrName.DefaultAcl.Bytes.ToArray();
        if (!isKept)
            return SaveXattrs(inode, fd, stat, [XattrChange.Set(name, acl.ToArray())], caller);
        return (KindsOf(inode) & kind) == 0 ? Errno.OK : SaveXattrs(inode, fd, stat, [XattrChange.Delete(name)], caller);
    }

    // Setting the ACL sets the mode too (acl(5)); one that says no more than a mode is that mode, as cp -p means it.
    private Errno SetAccessAcl(
        Node inode, SafeFd? fd, Statx stat, ReadOnlySpan<byte> acl, in AclSummary summary, bool killSgid, uint caller)
    {
        if (!summary.IsMinimal && !_options.Acls)
            return Errno.EOPNOTSUPP;
        EffectiveAttributes before = Effective(inode, ref stat);
        ModeValue? mode = inode.Record?.Mode;
        uint special = killSgid ? FileMode.S_ISUID | FileMode.S_ISVTX : ModeBits.All & ~0x1FFu;
        uint wanted = (before.Mode & special) | summary.Mode;
        Errno errno = ChangeAccessAcl(inode, fd, stat, acl, summary, wanted, before, caller);
        if (errno != Errno.OK)
            KeepRecordedMode(inode, fd, stat, mode);
        return errno;
    }

    private Errno ChangeAccessAcl(
        Node inode, SafeFd? fd, in Statx stat, ReadOnlySpan<byte> acl, in AclSummary summary, uint wanted,
        in EffectiveAttributes before, uint caller)
    {
        // The share's ACL is not shown before the record's is gone: nor may its mode be.
        Errno errno = HoldMode(inode, fd, stat, before.Mode, isWhole: (KindsOf(inode) & XattrKinds.AccessAcl) == 0);
        if (errno != Errno.OK)
            return errno;
        errno = SetAclOnShare(inode, XattrKinds.AccessAcl, fd, stat, acl, out bool isKept);
        bool isRefused = summary.IsMinimal && Evidence.IsRefusal(errno);
        if (errno != Errno.OK && !isRefused)
            return errno;
        XattrChange[] changes = AccessAclChanges(inode, fd, acl, summary.IsMinimal, isKept, isRefused);

        // On the share the mask would stand for the group's own permissions, if the ACL is not there.
        uint group = isKept || summary.IsMinimal ? AttributeChange.WholeGroup : summary.Group;
        if (!isKept && !IsMode(inode, stat, before, wanted, group))
        {
            bool isWhole = changes.Length == 0 && AttributeChange.IsWhole(inode, wanted, before, stat, group);
            errno = HoldMode(inode, fd, stat, before.Mode, isWhole);
            if (errno != Errno.OK)
                return errno;
        }

        var change = new AttributeChange(inode, _options, fd, stat) { GroupOnShare = group };
        errno = change.Restat();
        if (errno == Errno.OK && !IsMode(inode, change.Share, before, wanted, group))
            errno = change.Chmod(wanted);
        return errno == Errno.OK ? SaveChange(inode, ref change, before.Ctime, fd, caller, changes) : errno;
    }

    // What the overlay has to do after the share took an access ACL, or did not.
    private XattrChange[] AccessAclChanges(
        Node inode, SafeFd? fd, ReadOnlySpan<byte> acl, bool isMinimal, bool isKept, bool isRefused)
    {
        byte[] name = XattrName.AccessAcl.Bytes.ToArray();
        if (!isMinimal && !isKept)
            return [XattrChange.Set(name, acl.ToArray())];
        if (isMinimal && !isKept && !isRefused && ShareShowsAcl(inode, fd))
            return [XattrChange.Hide(name)];
        return (KindsOf(inode) & XattrKinds.AccessAcl) != 0 ? [XattrChange.Delete(name)] : [];
    }

    private static bool IsMode(Node inode, in Statx share, in EffectiveAttributes before, uint wanted, uint group) =>
        inode.Record?.Mode is null && (share.Mode & ModeBits.All) == wanted && (before.Mode & ModeBits.All) == wanted
        && group == AttributeChange.WholeGroup;

    /// <summary>Gives the share an ACL, if it is one that can have it.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="kind">Which of its ACLs.</param>
    /// <param name="fd">It, on the share.</param>
    /// <param name="stat">What the share shows of it.</param>
    /// <param name="acl">A valid ACL.</param>
    /// <param name="isKept">Whether the share has it now.</param>
    /// <returns>OK: done, or left to the overlay.</returns>
    private Errno SetAclOnShare(
        Node inode, XattrKinds kind, SafeFd? fd, Statx stat, ReadOnlySpan<byte> acl, out bool isKept)
    {
        isKept = false;
        CString name = kind == XattrKinds.AccessAcl ? XattrName.AccessAcl : XattrName.DefaultAcl;
        if (_options.Xattrs != XattrPolicy.Share && !MayHoldAcl(inode, ref stat))
            return Errno.OK;
        if (fd is null || !AsksShare(inode.Volume, kind, name.Bytes))
            return fd is null && _options.Xattrs == XattrPolicy.Share ? Errno.ESTALE : Errno.OK;
        byte[] shown = acl.ToArray();
        if (kind == XattrKinds.AccessAcl && PosixAcl.TryRead(acl, out AclSummary summary))
        {
            // ACL and mode are one there: if the record had the mode alone, a kill before it would leave half of them.
            uint mode = ModeBits.OnShare(summary.Mode, inode.IsDirectory, inode.Volume.KeepAccess, true, true);
            if (mode != summary.Mode && _options.Xattrs != XattrPolicy.Share)
                return Errno.OK;
            PosixAcl.Show(shown, mode);
        }

        Errno errno = Libc.Fsetxattr(fd, name, shown, 0);
        isKept = errno == Errno.OK;
        return isKept || !IsLeftToOverlay(inode, stat, kind, errno) ? errno : Errno.OK;
    }

    // An ACL is about an owner and a mode: on a share that shows others than programs see, it would say something else.
    private bool MayHoldAcl(Node inode, ref Statx stat)
    {
        ShareVolume volume = inode.Volume;
        bool keepsModes = volume.Facts.IsLocal
            || (volume.Trait(ShareCall.Chown) == CallTrait.Accepts && volume.Trait(ShareCall.Chmod) == CallTrait.Accepts);
        if (!keepsModes || _options.Chown != SetPolicy.Try || _options.Chmod != SetPolicy.Try)
            return false;
        EffectiveAttributes shown = Effective(inode, ref stat);
        return shown.Uid == stat.Uid && shown.Gid == stat.Gid;
    }

    private bool ShareShowsAcl(Node inode, SafeFd? fd) =>
        fd is not null && AsksShare(inode.Volume, XattrKinds.AccessAcl, XattrName.AccessAcl.Bytes)
        && Libc.Fgetxattr(fd, XattrName.AccessAcl, [], out int size) == Errno.OK && size > 0;

    /// <summary>The most that the share may give the group of a file: its own permissions, where an ACL is kept here.</summary>
    private uint GroupOnShare(Node inode)
    {
        if ((KindsOf(inode) & XattrKinds.AccessAcl) == 0)
            return AttributeChange.WholeGroup;
        byte[] acl = ArrayPool<byte>.Shared.Rent(PosixAcl.LargestSize);
        try
        {
            Errno errno = ReadOverlaid(
                inode, XattrKinds.AccessAcl, XattrName.AccessAcl.Bytes, acl, out XattrState state, out int size);
            if (errno != Errno.OK || state != XattrState.Kept || size > acl.Length)
                return AttributeChange.WholeGroup;
            return PosixAcl.TryRead(acl.AsSpan(0, size), out AclSummary summary) ? summary.Group : 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(acl);
        }
    }

    // That there is none is believed as long as the kernel believes attributes. Through the mount one comes by SETXATTR,
    // which the kernel keeps apart by the directory's lock from what makes names, but not from O_TMPFILE (fs/namei.c,
    // vfs_tmpfile).
    private byte[]? DefaultAclOnShare(Node directory, SafeFd fd)
    {
        CString name = XattrName.DefaultAcl;
        long now = Environment.TickCount64;
        if (now < directory.NoDefaultAclUntil || !AsksShare(directory.Volume, XattrKinds.DefaultAcl, name.Bytes))
            return null;
        int version = Volatile.Read(ref directory.XattrVersion);
        Span<byte> acl = stackalloc byte[PosixAcl.LargestSize];
        Errno errno = Libc.Fgetxattr(fd, name, acl, out int size);
        _ = LacksKind(directory, XattrKinds.DefaultAcl, errno);
        if (errno == Errno.ENODATA)
            RememberNoDefault(directory, version, now);
        return errno == Errno.OK && PosixAcl.TryRead(acl[..size], out _) ? acl[..size].ToArray() : null;
    }

    /// <summary>The ACL that new inodes of a directory begin with.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="fd">It, on the share.</param>
    /// <param name="acl">Null: it has none.</param>
    /// <param name="isOverlaid">Whether the share does not know it.</param>
    private Errno DefaultAclOf(Node directory, SafeFd fd, out byte[]? acl, out bool isOverlaid)
    {
        acl = null;
        isOverlaid = false;
        CString name = XattrName.DefaultAcl;
        if ((KindsOf(directory) & XattrKinds.DefaultAcl) == 0)
        {
            acl = DefaultAclOnShare(directory, fd);
            return Errno.OK;
        }

        byte[] kept = new byte[PosixAcl.LargestSize];
        isOverlaid = true;
        Errno errno = ReadOverlaid(directory, XattrKinds.DefaultAcl, name.Bytes, kept, out XattrState state, out int size);
        if (errno == Errno.OK && state == XattrState.Kept)
            acl = size <= kept.Length && PosixAcl.TryRead(kept.AsSpan(0, size), out _) ? kept[..size] : null;
        return errno;
    }
}
