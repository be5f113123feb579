// Whether a mode that the share keeps but for the daemon's own access is still of what the share shows. Pure.
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Attributes;

/// <summary>
/// A mode of which the share has all but what it must not have (<see cref="ReasonKind.Kept"/>). Where nothing but the name
/// or number tells files apart, such a mode is known by the rest: a share that shows other bits shows another file, or what
/// another host has set there since.
/// </summary>
internal static class KeptMode
{
    /// <summary>The mode of a record; null: it has none, or the share shows that it is over.</summary>
    public static uint? Of(InodeRecord? record, in Statx share) =>
        record?.Mode is { } mode && (!DependsOnShare(record) || IsKeptBy(share, mode.Value)) ? mode.Value : null;

    /// <summary>Whether a record has a mode that holds only as long as the share shows its bits.</summary>
    /// <remarks>With an ACL the group's bits differ; a placeholder's are of no account.</remarks>
    public static bool DependsOnShare(InodeRecord record) =>
        record is
        {
            Mode.Reason.Kind: ReasonKind.Kept, Guard.Kind: GuardKind.None, Object: null, Xattrs: XattrKinds.None,
        };

    // The owner may have more there (ModeBits.OnShare); suid, sgid and the sticky bit come and go with the owner.
    private static bool IsKeptBy(in Statx share, uint mode)
    {
        uint shown = share.Mode & 0x1FF;
        uint wanted = mode & 0x1FF;
        uint ofOwner = FileMode.IsDirectory(share.Mode) ? FileMode.S_IRWXU : FileMode.S_IRUSR | FileMode.S_IWUSR;
        return (shown & wanted) == wanted && (shown & ~wanted & ~ofOwner) == 0;
    }
}
