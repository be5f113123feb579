// A mode that the share is to have in part only takes two steps, the share's chmod and the record. What is shown must be the
// mode of before until the second: the record holds it meanwhile, whenever the daemon is killed.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <summary>Before the share gets other permission bits. Call under the node's monitor.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="fd">It, on the share; null: nothing leads there any more, and the record alone changes.</param>
    /// <param name="stat">What the share shows.</param>
    /// <param name="shown">What programs see, type and permission bits.</param>
    /// <param name="isWhole">Whether the share's call is all that the change consists of.</param>
    /// <returns>OK; ENOSPC, EROFS, EIO: the database could not keep it, and nothing may change.</returns>
    private Errno HoldMode(Node inode, SafeFd? fd, in Statx stat, uint shown, bool isWhole)
    {
        InodeRecord? record = inode.Record;
        bool isKept = KeptMode.Of(record, stat) is not null;
        bool holdsAnyway = isKept && !KeptMode.DependsOnShare(record!);
        if (fd is null || inode.IsRemoved || holdsAnyway || (isWhole && !isKept))
            return Errno.OK;
        long now = Libc.RealtimeNanoseconds();
        Origin origin = isKept ? record!.OriginOf(record.Mode!.Value.Reason) : new Origin(now, null);
        if (record is null)
        {
            inode.Volume.KeepBirthTime(fd, stat);
            record = new InodeRecord { Guard = GuardOf(inode, stat, fd), Hint = HintOf(inode), SetAt = now };
        }

        ModeValue held = new(shown & ModeBits.All, new Reason(ReasonKind.Ignored, Origin: origin));
        return Save(inode, record with { Mode = held });
    }

    /// <summary>After a change that failed: gives a file that the share still has as it was its mode back.</summary>
    /// <remarks>Not its capability, which in the kernel is gone by then too (fs/attr.c, security_inode_killpriv).</remarks>
    private void KeepRecordedMode(Node inode, SafeFd? fd, in Statx before, ModeValue? mode)
    {
        if (inode.Record is not { } record || record.Mode == mode)
            return;
        Statx now = before;
        bool isSeen = fd is null || ShareView.Held(inode, fd, out now, fresh: true) == Errno.OK;
        if (!isSeen || (now.Uid, now.Gid, now.Size, now.CtimeNs) != (before.Uid, before.Gid, before.Size, before.CtimeNs))
            return;
        InodeRecord kept = record with { Mode = mode };
        Save(inode, kept.IsEmpty && kept.Ctime <= now.CtimeNs ? null : kept);
    }
}
