// Sets what entries say on the files of a tree: on a mount, which records it, or on a file system that keeps it.
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Transfer;

/// <summary>Applies entries to a tree, name by name, and counts. One thread.</summary>
/// <param name="root">The tree.</param>
/// <param name="isDry">Only looks whether each could be applied.</param>
/// <param name="refused">Told of each part that a file did not take: path, call, errno.</param>
internal sealed class EntryApplier(SafeFd root, bool isDry, Action<byte[], string, Errno> refused) : IDisposable
{
    private readonly TreeCursor _cursor = new(root);
    private readonly FileXattrs _xattrs = new();

    // Times of directories move when names in them are made, so they are set last. With whether all else was set.
    private readonly List<(Entry Entry, bool IsWhole)> _directories = [];

    /// <summary>Files on which all was set, or, dry, which differ.</summary>
    public long Applied { get; private set; }

    /// <summary>Files that were as they should be.</summary>
    public long Unchanged { get; private set; }

    /// <summary>Files that are missing, of another type, or that did not take something.</summary>
    public long Failed { get; private set; }

    /// <summary>Applies one entry.</summary>
    public void Apply(Entry entry)
    {
        Errno errno = _cursor.Open(entry.Path, out SafeFd fd);
        using (fd)
        {
            if (errno != Errno.OK)
            {
                Miss(entry.Path, "open", errno);
                return;
            }

            errno = Libc.Fstatx(fd, StatxMask.STATX_BASIC_STATS, out Statx stat);
            if (errno != Errno.OK)
                Miss(entry.Path, "stat", errno);
            else if (entry.Type is { } type && type != FileMode.TypeOf(stat.Mode))
                Miss(entry.Path, "it is of another type", Errno.OK);
            else if (entry.LeftOut is null && IsAlike(entry, stat) && entry.Xattrs.All(xattr => _xattrs.Has(fd, xattr)))
                Unchanged++;
            else if (isDry && entry.LeftOut is not null)
                Miss(entry.Path, $"left out: {entry.LeftOut}", Errno.OK);
            else if (isDry)
                Applied++;
            else
                Set(entry, fd, stat);
        }
    }

    /// <summary>Says that a file was skipped, and counts it.</summary>
    /// <param name="path">The file, or what is known of it.</param>
    /// <param name="call">What did not work.</param>
    /// <param name="errno">Why; OK: the call's name says it all.</param>
    public void Miss(byte[] path, string call, Errno errno)
    {
        refused(path, call, errno);
        Failed++;
    }

    /// <summary>The times of directories; after the last entry.</summary>
    public void Finish()
    {
        foreach ((Entry entry, bool isWhole) in _directories)
        {
            Errno errno = _cursor.Open(entry.Path, out SafeFd fd);
            using (fd)
            {
                if (errno == Errno.OK)
                    errno = SetTimes(entry, fd);
            }

            if (!Took(entry, "utimensat", errno) && isWhole)
            {
                Applied--;
                Failed++;
            }
        }
    }

    public void Dispose() => _cursor.Dispose();

    // An atime moves by looking, so it makes no difference by itself.
    private static bool IsAlike(Entry entry, in Statx stat) =>
        (entry.Uid ?? stat.Uid) == stat.Uid && (entry.Gid ?? stat.Gid) == stat.Gid
        && (FileMode.IsSymlink(stat.Mode)
            || (entry.Mode ?? FileMode.PermissionsOf(stat.Mode)) == FileMode.PermissionsOf(stat.Mode))
        && (entry.Mtime ?? stat.MtimeNs) == stat.MtimeNs;

    // The owner first: chown(2) takes suid and sgid away. Times last.
    private void Set(Entry entry, SafeFd fd, in Statx stat)
    {
        bool isWhole = entry.LeftOut is null;
        if (!isWhole)
            refused(entry.Path, $"left out: {entry.LeftOut}", Errno.OK);
        if (entry.Uid is not null || entry.Gid is not null)
        {
            isWhole &= Took(entry, "chown", Libc.Fchownat(
                fd, CString.Empty, entry.Uid ?? uint.MaxValue, entry.Gid ?? uint.MaxValue, AtFlags.AT_EMPTY_PATH));
        }

        // After the owner, which takes file capabilities away, and before the mode, which has the last word on an ACL.
        foreach (EntryXattr xattr in entry.Xattrs.Where(xattr => !_xattrs.Has(fd, xattr)))
        {
            string setxattr = $"setxattr {ByteText.ForDisplay(TextLines.Bytes(xattr.Name))}";
            isWhole &= Took(entry, setxattr, FileXattrs.Set(fd, xattr));
        }

        if (entry.Mode is { } mode && !FileMode.IsSymlink(stat.Mode))
            isWhole &= Took(entry, "chmod", Libc.Fchmod(fd, mode));
        isWhole &= Took(entry, "utimensat", SetTimes(entry, fd));
        if (isWhole && IsRefusedSilently(entry, fd) is { } call)
            isWhole = Took(entry, call, Errno.EOPNOTSUPP);
        if (FileMode.IsDirectory(stat.Mode) && entry.Mtime is not null)
            _directories.Add((entry, isWhole));
        if (isWhole)
            Applied++;
        else
            Failed++;
    }

    // A share may answer success and change nothing; nobody shall hear that it did.
    private static string? IsRefusedSilently(Entry entry, SafeFd fd)
    {
        if (Libc.Fstatx(fd, StatxMask.STATX_BASIC_STATS, out Statx after) != Errno.OK)
            return "stat";
        if ((entry.Uid ?? after.Uid) != after.Uid || (entry.Gid ?? after.Gid) != after.Gid)
            return "chown (ignored)";
        if (!FileMode.IsSymlink(after.Mode)
            && (entry.Mode ?? FileMode.PermissionsOf(after.Mode)) != FileMode.PermissionsOf(after.Mode))
            return "chmod (ignored)";
        return (entry.Mtime ?? after.MtimeNs) != after.MtimeNs ? "utimensat (ignored or rounded)" : null;
    }

    private static Errno SetTimes(Entry entry, SafeFd fd)
    {
        if (entry.Atime is null && entry.Mtime is null)
            return Errno.OK;
        return Libc.Utimensat(fd, CString.Empty, TimeOf(entry.Atime), TimeOf(entry.Mtime), AtFlags.AT_EMPTY_PATH);
    }

    private static Timespec TimeOf(long? ns) => ns is { } time ? Timespec.FromNanoseconds(time) : Timespec.Omit;

    private bool Took(Entry entry, string call, Errno errno)
    {
        if (errno != Errno.OK)
            refused(entry.Path, call, errno);
        return errno == Errno.OK;
    }
}
