using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Comparing;

/// <summary>On which side a name is.</summary>
internal enum Sides
{
    Both,
    MountOnly,
    ShareOnly,
}

/// <summary>How one name looks through the mount and on the share.</summary>
/// <param name="Path">Below the mount's root.</param>
/// <param name="Sides">Where it is.</param>
/// <param name="Mount">What programs see; default where it is on the share alone.</param>
/// <param name="Share">What the share shows; default where it is on the mount alone.</param>
internal sealed record Difference(byte[] Path, Sides Sides, Statx Mount, Statx Share)
{
    public bool Type => Sides == Sides.Both && FileMode.TypeOf(Mount.Mode) != FileMode.TypeOf(Share.Mode);

    public bool Size => Sides == Sides.Both && HasSize(Mount) && Mount.Size != Share.Size;

    public bool Mtime => Sides == Sides.Both && Mount.MtimeNs != Share.MtimeNs;

    public bool Atime => Sides == Sides.Both && Mount.AtimeNs != Share.AtimeNs;

    public bool Mode => Sides == Sides.Both && FileMode.PermissionsOf(Mount.Mode) != FileMode.PermissionsOf(Share.Mode);

    public bool Uid => Sides == Sides.Both && Mount.Uid != Share.Uid;

    public bool Gid => Sides == Sides.Both && Mount.Gid != Share.Gid;

    /// <summary>Whether anything differs at all.</summary>
    public bool IsAny => Sides != Sides.Both || Type || Size || Mtime || Atime || Mode || Uid || Gid;

    /// <summary>The eleven characters of <c>rsync --itemize-changes</c>, as if the mount were copied to the share.</summary>
    public string Itemized
    {
        get
        {
            if (Sides == Sides.ShareOnly)
                return "*on-share  ";
            char kind = Letter(Mount.Mode);
            if (Sides == Sides.MountOnly)
                return (kind == 'f' ? ">" : "c") + kind + "+++++++++";
            return string.Concat(
                Type ? "c" : ".", kind.ToString(), ".", Size ? "s" : ".", Mtime ? "t" : ".", Mode ? "p" : ".",
                Uid ? "o" : ".", Gid ? "g" : ".", Atime ? "u" : ".", "..");
        }
    }

    /// <summary>Compares what was seen of one name.</summary>
    public static Difference? Of(ReadOnlySpan<byte> path, in Statx mount, in Statx share)
    {
        // Most names are alike, and cost nothing but this.
        if (mount.Mode == share.Mode && mount.Uid == share.Uid && mount.Gid == share.Gid
            && mount.MtimeNs == share.MtimeNs && mount.AtimeNs == share.AtimeNs && mount.Size == share.Size)
        {
            return null;
        }

        var difference = new Difference(path.ToArray(), Sides.Both, mount, share);
        return difference.IsAny ? difference : null;
    }

    // What the length of a directory means is the file system's own affair.
    private static bool HasSize(in Statx stat) => FileMode.TypeOf(stat.Mode) is FileMode.S_IFREG or FileMode.S_IFLNK;

    // As rsync(1): special files are S, devices D.
    private static char Letter(uint mode) => FileMode.TypeOf(mode) switch
    {
        FileMode.S_IFDIR => 'd',
        FileMode.S_IFLNK => 'L',
        FileMode.S_IFCHR or FileMode.S_IFBLK => 'D',
        FileMode.S_IFIFO or FileMode.S_IFSOCK => 'S',
        _ => 'f',
    };
}
