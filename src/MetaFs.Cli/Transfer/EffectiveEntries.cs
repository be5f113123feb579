// What programs see of every file that has a record.
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Looks at the recorded files through their mount.</summary>
internal static class EffectiveEntries
{
    private const int LongestTarget = 4096;

    /// <summary>An entry a record, as its mount shows it.</summary>
    /// <param name="rows">The records.</param>
    /// <param name="mount">The mount's root.</param>
    /// <param name="left">Told of those that have none, and why.</param>
    public static IEnumerable<Entry> Of(IEnumerable<OverlayRow> rows, SafeFd mount, Action<string, string> left)
    {
        using var cursor = new TreeCursor(mount);
        var xattrs = new FileXattrs();
        foreach (OverlayRow row in rows)
        {
            if (row.Path is not { } path)
            {
                left($"inode {row.Key.Ino}", "where it is, is not known");
                continue;
            }

            byte[] below = path is [(byte)'.'] ? [] : path;
            Errno errno = Look(cursor, xattrs, below, out Entry? entry);
            if (entry is not null)
                yield return entry;
            else
                left(ByteText.ForDisplay(path), $"{errno} ({ErrnoText.Describe(errno)})");
        }
    }

    private static Errno Look(TreeCursor cursor, FileXattrs xattrs, byte[] path, out Entry? entry)
    {
        entry = null;
        Errno errno = cursor.Open(path, out SafeFd fd);
        using (fd)
        {
            if (errno != Errno.OK)
                return errno;
            return Of(path, fd, xattrs, out entry);
        }
    }

    /// <summary>What an open file shows.</summary>
    /// <param name="path">Its path, for the entry.</param>
    /// <param name="fd">The file; O_PATH descriptors work.</param>
    /// <param name="xattrs">Reads its attributes.</param>
    /// <param name="entry">All that a form may carry.</param>
    public static Errno Of(byte[] path, SafeFd fd, FileXattrs xattrs, out Entry? entry)
    {
        entry = null;
        Errno errno = Libc.Fstatx(fd, StatxMask.STATX_BASIC_STATS, out Statx stat);
        byte[]? target = null;
        if (errno == Errno.OK && FileMode.IsSymlink(stat.Mode))
        {
            byte[] buffer = new byte[LongestTarget];
            errno = Libc.Readlinkat(fd, CString.Empty, buffer, out int length);
            target = buffer[..Math.Max(0, length)];
        }

        IReadOnlyList<EntryXattr> attributes = [];
        if (errno == Errno.OK)
            errno = xattrs.Read(fd, out attributes);
        if (errno != Errno.OK)
            return errno;
        entry = new Entry
        {
            Path = path,
            Type = FileMode.TypeOf(stat.Mode),
            Uid = stat.Uid,
            Gid = stat.Gid,
            Mode = FileMode.PermissionsOf(stat.Mode),
            Atime = stat.AtimeNs,
            Mtime = stat.MtimeNs,
            Target = target,
            Device = FileMode.IsDevice(stat.Mode) ? (stat.RdevMajor, stat.RdevMinor) : null,
            Ino = stat.Ino,
            Links = stat.Nlink,
            Xattrs = attributes,
        };
        return Errno.OK;
    }
}
