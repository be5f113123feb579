using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Objects;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Checking;

/// <summary>Looks at plain files that stand for something else, as a mount does.</summary>
internal static class PlaceholderCheck
{
    /// <summary>What a mount takes a file for.</summary>
    /// <param name="record">The record that was found under the file's inode number.</param>
    /// <param name="directory">The directory of its name.</param>
    /// <param name="name">Its name.</param>
    /// <param name="stat">What the share shows of it.</param>
    public static Statx Show(InodeRecord record, SafeFd directory, CString name, in Statx stat)
    {
        if (!Placeholder.MayBe(stat) || record.Guard.FileType == FileMode.S_IFREG)
            return stat;
        Span<byte> content = stackalloc byte[Placeholder.LargestSize + 1];
        var file = new PlaceholderFile(null, directory, name, isOpen: false);
        bool isRead = file.Read(content, out int length) == Errno.OK;
        if (record.Object is { } item)
            return !isRead || Placeholder.Holds(content[..length], item) ? Placeholder.Show(item, stat) : stat;

        // A link of another host, that got an owner here.
        return isRead && FileMode.IsSymlink(record.Guard.FileType)
            && SymlinkPlaceholder.TryRead(content[..length], out ReadOnlySpan<byte> target)
            ? Placeholder.Show(new EmulatedObject(FileMode.S_IFLNK, 0, target.ToArray(), 0), stat)
            : stat;
    }
}
