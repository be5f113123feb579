// Every look at an inode of the share goes through here (row 5 of the request's way), so that what the mount takes it for
// is decided in one place.
using MetaFs.Linux;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;

namespace MetaFs.Passthrough.Shares;

/// <summary>The share's statx, by a name in a directory or by a descriptor.</summary>
internal static class ShareView
{
    /// <summary>Looks at what has a name, and not through it.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="fd">Its descriptor.</param>
    /// <param name="name">The name.</param>
    /// <param name="stat">What the share shows.</param>
    /// <param name="fresh">Not from a network client's memory.</param>
    /// <param name="expected">The node whose name it is; null: not known yet.</param>
    /// <remarks>
    /// A kernel keeps attributes of a FUSE mirror for the rest of its tick, even with a timeout of 0, and each name of an
    /// inode has attributes of its own there (fs/fuse/dir.c, fuse_update_get_attr): for 4 ms a link count may be old.
    /// </remarks>
    public static Errno Named(
        Node directory, SafeFd fd, CString name, out Statx stat, bool fresh = false, Node? expected = null)
    {
        AtFlags flags = AtFlags.AT_SYMLINK_NOFOLLOW;
        if (fresh || directory.Volume.Facts.IsFuse)
            flags |= AtFlags.AT_STATX_FORCE_SYNC;
        Errno errno = Libc.Statx(fd, name, flags, ShareVolume.Mask, out stat);
        if (errno != Errno.OK)
            return errno;
        if (directory.Volume.Numbers is { } numbers && stat.Dev == directory.Volume.Dev)
            errno = numbers.Settle(fd, name, ref stat);
        Identify(directory, name, ref stat);
        if (Placeholder.MayBe(stat))
            directory.Volume.Objects.Show(new PlaceholderFile(directory, fd, name, isOpen: false), ref stat, expected);
        return errno;
    }

    /// <summary>Looks at what was opened under a name a moment ago; whose inode it is, is not known yet.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name.</param>
    /// <param name="fd">What was opened.</param>
    /// <param name="stat">What the share shows.</param>
    /// <param name="expected">The node that it should be; null: not known yet.</param>
    public static Errno Opened(Node directory, CString name, SafeFd fd, out Statx stat, Node? expected = null)
    {
        Errno errno = Libc.Fstatx(fd, ShareVolume.Mask, out stat);
        if (errno != Errno.OK)
            return errno;
        if (directory.Volume.Numbers is { } numbers && stat.Dev == directory.Volume.Dev)
            errno = numbers.Settle(fd, ref stat);
        Identify(directory, name, ref stat);
        if (Placeholder.MayBe(stat))
            directory.Volume.Objects.Show(new PlaceholderFile(directory, fd, name, isOpen: true), ref stat, expected);
        return errno;
    }

    /// <summary>Looks at a node through a descriptor that is known to be of it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="fd">Its descriptor.</param>
    /// <param name="stat">What the share shows.</param>
    /// <param name="fresh">Not from a network client's memory.</param>
    public static Errno Held(Node node, SafeFd fd, out Statx stat, bool fresh = false)
    {
        AtFlags flags = AtFlags.AT_EMPTY_PATH;
        if (fresh)
            flags |= AtFlags.AT_STATX_FORCE_SYNC;
        Errno errno = Libc.Statx(fd, CString.Empty, flags, ShareVolume.Mask, out stat);
        if (errno == Errno.OK && (node.Volume.IsByName || node.Volume.Numbers is { AreLost: true }))
            stat = stat with { Ino = node.Ino };
        if (node.Guard.FileType != FileMode.S_IFREG && Placeholder.MayBe(stat))
            node.Volume.Objects.ShowHeld(node, fd, ref stat);
        return errno;
    }

    /// <summary>The node that a name leads to, on a volume kept by name, or null: the kernel does not know it.</summary>
    public static Node? Known(Node directory, ShareVolume volume, CString name) =>
        directory.Entries?.Find(directory.Volume.FormOf(name.Bytes)) is { } node && ReferenceEquals(node.Volume, volume)
            ? node
            : null;

    // Of a name that is not known the share's number stays, which no inode of a volume kept by name goes by: whoever makes
    // a node of it gives it one of ours.
    private static void Identify(Node directory, CString name, ref Statx stat)
    {
        if (directory.Entries?.Find(directory.Volume.FormOf(name.Bytes)) is not { } node || node.Volume.Dev != stat.Dev)
            return;
        node.Volume.Links.Note(node, stat);
        stat = stat with { Ino = node.Ino };
    }

    /// <summary>Looks at what was made without a name (O_TMPFILE).</summary>
    public static Errno Nameless(SafeFd fd, out Statx stat) => Libc.Fstatx(fd, ShareVolume.Mask, out stat);
}
