// Permission bit rules of chmod(2), chown(2), write(2) and of what may stand on the share. Pure.
using MetaFs.Linux;

namespace MetaFs.Passthrough.Attributes;

/// <summary>Arithmetic on permission bits (07777).</summary>
internal static class ModeBits
{
    /// <summary>All bits that chmod(2) sets.</summary>
    public const uint All = 0xFFF;

    /// <summary>Whether a mode has suid or sgid.</summary>
    public static bool HasSuidgid(uint mode) => (mode & (FileMode.S_ISUID | FileMode.S_ISGID)) != 0;

    /// <summary>
    /// What is left of a file's mode after a write or chown by somebody without CAP_FSETID: no suid, and no sgid where
    /// the group may execute; sgid without group execute is mandatory locking and stays (inode(7), fs/attr.c).
    /// </summary>
    public static uint KillSuidgid(uint mode)
    {
        mode &= ~FileMode.S_ISUID;
        return (mode & FileMode.S_IXGRP) != 0 ? mode & ~FileMode.S_ISGID : mode;
    }

    /// <summary>A mode with no more for the group than some permissions (rwx).</summary>
    public static uint LimitGroup(uint mode, uint permissions) => mode & ~((~permissions & 7u) << 3);

    /// <summary>The mode that may stand on the share for a wanted one.</summary>
    /// <param name="wanted">The mode the caller means.</param>
    /// <param name="isDirectory">
    /// Directories keep rwx for their owner, files rw. A sticky directory would keep the daemon from removing what is not its
    /// own there.
    /// </param>
    /// <param name="keepAccess">Whether the daemon could lock itself out: not root here, or root is nobody there.</param>
    /// <param name="ownerIsReal">Whether the share's owner is the effective one: else suid would lend a false identity.</param>
    /// <param name="groupIsReal">The same for the group and sgid.</param>
    public static uint OnShare(uint wanted, bool isDirectory, bool keepAccess, bool ownerIsReal, bool groupIsReal)
    {
        uint mode = wanted & All;
        if (!ownerIsReal)
            mode &= ~FileMode.S_ISUID;
        if (!groupIsReal)
            mode &= ~FileMode.S_ISGID;
        if (keepAccess && isDirectory)
            return (mode | FileMode.S_IRWXU) & ~FileMode.S_ISVTX;
        return keepAccess ? mode | FileMode.S_IRUSR | FileMode.S_IWUSR : mode;
    }
}
