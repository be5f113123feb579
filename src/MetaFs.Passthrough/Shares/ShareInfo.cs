using System.Text;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Shares;

/// <summary>What a directory is, as a share.</summary>
/// <param name="Identity">By what its volume is recognised again.</param>
/// <param name="Mount">The mount it lies on.</param>
/// <param name="StableInodes">Whether inode numbers survive a remount, so that records can.</param>
/// <param name="IsLocal">Whether it is a POSIX file system of this machine.</param>
public sealed record ShareDescription(VolumeIdentity Identity, MountEntry Mount, bool StableInodes, bool IsLocal);

/// <summary>Looks at a share.</summary>
public static class ShareInfo
{
    /// <summary>Describes the directory behind a descriptor.</summary>
    /// <exception cref="ShareException">It cannot be read, or is no directory.</exception>
    public static ShareDescription Describe(SafeFd root)
    {
        Errno errno = Libc.Fstatx(root, ShareVolume.Mask | StatxMask.STATX_MNT_ID, out Statx stat);
        if (errno != Errno.OK)
            throw new ShareException($"the share cannot be read: {ErrnoText.Describe(errno)} ({errno})");
        if ((stat.Mode & FileMode.S_IFMT) != FileMode.S_IFDIR)
            throw new ShareException("the share is not a directory");
        return Describe(stat);
    }

    internal static ShareDescription Describe(in Statx root)
    {
        MountEntry mount = MountInfo.Find(root.MntId)
            ?? throw new ShareException("the share's mount is not in /proc/self/mountinfo");
        FileSystemFacts facts = FileSystemFacts.Of(mount);

        // Latin-1 keeps every byte, and the text is only ever compared and shown.
        string source = Encoding.Latin1.GetString(mount.Source);
        string inside = Encoding.Latin1.GetString(mount.Root);
        string text = inside == "/" ? source : $"{source}[{inside}]";
        var identity = new VolumeIdentity(
            mount.Type, text, root.Ino, root.HasBtime ? root.BtimeNs : 0, RootMoves: !facts.StableInodes);
        return new ShareDescription(identity, mount, facts.StableInodes, facts.IsLocal);
    }
}
