// What is not there need not be asked for twice: a listing says of all names at once which are not there, and is believed as
// long as the kernel believes attributes. ls -l has two questions about each file, cp -a three.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private static bool IsAbsent(Node inode, AbsentXattrs which) =>
        (inode.AbsentXattrs(Environment.TickCount64) & which) != 0;

    /// <summary>Reads an attribute of the share, after its listing if that may spare this question and the next ones.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="fd">It, on the share, opened for this.</param>
    /// <param name="asked">What is known where the attribute is not there; None: nothing.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">Where the value goes.</param>
    /// <param name="size">Its size.</param>
    /// <param name="version">The inode's <see cref="Node.XattrVersion"/> from before it was opened.</param>
    private Errno GetUnlessUnlisted(
        Node inode, SafeFd fd, AbsentXattrs asked, CString name, Span<byte> value, out int size, int version)
    {
        size = 0;
        AbsentXattrs unlisted = AbsentXattrs.None;
        Span<byte> names = stackalloc byte[512];
        if (asked != AbsentXattrs.None && inode.Volume.Facts.ListsAllXattrs
            && Libc.Flistxattr(fd, names, out int length) == Errno.OK)
            unlisted = LearnListing(inode, names[..length], version);
        bool isLabel = asked == AbsentXattrs.Label && (unlisted & AbsentXattrs.Label) != 0;
        if ((unlisted & asked) != 0 && (!isLabel || inode.Volume.ListsLabels))
            return Errno.ENODATA;
        Errno errno = Libc.Fgetxattr(fd, name, value, out size);
        if (isLabel && errno is Errno.OK or Errno.ENODATA)
            inode.Volume.LearnLabels(areListed: errno == Errno.ENODATA);
        return errno;
    }

    /// <summary>Remembers what a listing does not have.</summary>
    /// <returns>That.</returns>
    private AbsentXattrs LearnListing(Node inode, ReadOnlySpan<byte> names, int version)
    {
        if (!inode.Volume.Facts.ListsAllXattrs)
            return AbsentXattrs.None;
        AbsentXattrs unlisted = XattrName.NotIn(names);
        RememberAbsent(inode, inode.Volume.ListsLabels ? unlisted : unlisted & ~AbsentXattrs.Label, version);
        return unlisted;
    }

    // Whoever sets one meanwhile holds the monitor until it has moved the version on.
    private void RememberAbsent(Node inode, AbsentXattrs absent, int version)
    {
        if (absent == AbsentXattrs.None || _options.AttrTimeout <= TimeSpan.Zero)
            return;
        lock (inode)
        {
            if (version == inode.XattrVersion)
                inode.AddAbsentXattrs(absent, Environment.TickCount64, _options.AttrTimeout);
        }
    }
}
