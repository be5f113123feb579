// suid, sgid and capabilities end when a file's data or owner changes, and they end first, as in the kernel (mm/filemap.c,
// generic_file_write_iter; fs/attr.c, notify_change): a daemon that is killed in between must not leave new data or a new
// owner with the privileges of before.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>Before data changes through a descriptor. Costs nothing where the file has no privileges.</summary>
    private Errno EndPrivileges(Node node, SafeFd fd, bool killSuidgid)
    {
        bool kills = killSuidgid && node.ShowsSuidgid;
        if (!kills && (KindsOf(node) & XattrKinds.Security) == 0)
            return Errno.OK;
        lock (node)
        {
            Errno errno = ShareView.Held(node, fd, out Statx stat);
            if (errno != Errno.OK)
                return errno;
            errno = EndCapability(node, out XattrChange[] ended);
            if (errno != Errno.OK || (!kills && ended.Length == 0))
                return errno;
            EffectiveAttributes before = Effective(node, ref stat);
            var change = new AttributeChange(node, _options, fd, stat) { GroupOnShare = GroupOnShare(node) };
            if (kills)
                errno = change.KillSuidgid();
            if (errno == Errno.OK)
                errno = SaveChange(node, ref change, before.Ctime, fd, xattrs: ended);

            // After OPEN with O_TRUNC and after WRITE the kernel doubts size and times, but not the mode it has cached
            // (fs/fuse/file.c, FUSE_STATX_MODSIZE). A negative offset asks for attributes alone, and takes no lock.
            _connection?.InvalidateInode(node.Id, -1, 0);
            if (errno == Errno.OK)
                node.ShowsSuidgid &= !kills;
            return errno;
        }
    }

    /// <summary>
    /// Before the share is asked for another owner or length: what is recorded. What the share itself has, it ends along with
    /// the change. Call under the node's monitor.
    /// </summary>
    private Errno EndRecordedPrivileges(Node inode, ref AttributeChange change, bool kills)
    {
        Errno errno = EndCapability(inode, out XattrChange[] ended);
        if (errno != Errno.OK || inode.Record is not { } record)
            return errno;
        ModeValue? mode = kills ? Killed(inode, record) : null;
        if (mode is null && ended.Length == 0)
            return Errno.OK;
        if (ended.Length > 0)
        {
            errno = KindsAfter(inode, ended, out XattrKinds kinds);
            if (errno != Errno.OK)
                return errno;
            record = record with { Xattrs = kinds };
            change.SetXattrs(kinds);
        }

        return Save(inode, record with { Mode = mode ?? record.Mode }, ended);
    }

    private static ModeValue? Killed(Node inode, InodeRecord record)
    {
        if (inode.IsDirectory || inode.Guard.FileType == FileMode.S_IFLNK || record.Mode is not { } mode)
            return null;
        uint killed = ModeBits.KillSuidgid(mode.Value);
        return killed == mode.Value ? null : mode with { Value = killed };
    }
}
