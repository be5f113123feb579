using System.Text;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Mounting;

/// <summary>Decides which file keeps a mount's records.</summary>
internal static class DatabasePlace
{
    /// <summary>The file asked for, or the share's own one in the user's or the machine's state directory.</summary>
    /// <param name="asked">The value of <c>db=</c>, if any.</param>
    /// <param name="places">What is mounted where.</param>
    /// <param name="share">What the source is.</param>
    /// <param name="isRoot">Whether root mounts.</param>
    /// <exception cref="CliException">It would lie on the share or below the mount point.</exception>
    public static string Choose(string? asked, MountPlaces places, ShareDescription share, bool isRoot)
    {
        if (asked is not null)
        {
            string file = CanonicalPath.OfFutureFile(asked);
            places.CheckDatabase(file, share.IsLocal);
            return file;
        }

        string directory = CanonicalPath.OfFutureFile(DatabaseLocation.DefaultDirectory(isRoot));
        string inside = PathInMount(places.Source, share);

        // One share has one database, wherever its mount happens to be; so its own name, not the local path.
        string name = share.IsLocal ? places.Source : Encoding.UTF8.GetString(share.Mount.Source) + inside;
        string identity = $"{share.Mount.Type}\n{share.Identity.Source}\n{inside}";
        string ownFile = DatabaseLocation.DefaultFile(directory, name, identity);
        places.CheckDatabase(ownFile, share.IsLocal);
        DatabaseLocation.EnsureDirectory(directory);
        return ownFile;
    }

    private static string PathInMount(string source, ShareDescription share)
    {
        string mountPoint = ByteText.FromBytes(share.Mount.MountPoint);
        return CanonicalPath.IsAtOrBelow(source, mountPoint) ? source[mountPoint.TrimEnd('/').Length..] : source;
    }
}
