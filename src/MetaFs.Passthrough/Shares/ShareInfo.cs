using System.Text;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Shares;

/// <summary>What a directory is, as a share.</summary>
/// <param name="Identity">By what its volume is recognised again.</param>
/// <param name="Mount">The mount it lies on.</param>
/// <param name="StableInodes">Whether inode numbers survive a remount, so that records can.</param>
/// <param name="IsLocal">Whether it is a POSIX file system of this machine.</param>
public sealed record ShareDescription(VolumeIdentity Identity, MountEntry Mount, bool StableInodes, bool IsLocal)
{
    /// <summary>By what it is recognised where its inodes are known by their names.</summary>
    public required VolumeIdentity NameIdentity { get; init; }

    /// <summary>
    /// By what it is recognised if its numbers are the server's, of which the client has stopped showing them; null: it shows
    /// them, or there are none.
    /// </summary>
    public VolumeIdentity? ServerIdentity { get; init; }

    /// <summary>The share's row among these, however its inodes are known, or null.</summary>
    /// <param name="find">Looks for an identity.</param>
    public Volume? FindBy(Func<VolumeIdentity, Volume?> find) => find(NameIdentity) ?? find(Identity)
        ?? (ServerIdentity is { } server ? find(server) : null);
}

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
        return Describe(stat, root);
    }

    internal static ShareDescription Describe(in Statx root, SafeFd? directory = null)
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

        // Without a number that stays, the way from the file system's root tells its directories apart.
        string below = directory is null ? "" : PathBelow(directory, mount);
        VolumeIdentity byName = identity with
        {
            Source = text + below,
            RootIno = VolumeIdentity.RootByName,
            RootMoves = false,
            ByName = true,
        };
        return new ShareDescription(identity, mount, facts.StableInodes, facts.IsLocal)
        {
            NameIdentity = byName,
            ServerIdentity = facts is { MayLoseNumbers: true, StableInodes: false } ? OnServer(identity, directory) : null,
        };
    }

    private static VolumeIdentity? OnServer(in VolumeIdentity identity, SafeFd? directory)
    {
        if (directory is null || Libc.Reopen(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, out SafeFd fd) != Errno.OK)
            return null;
        using (fd)
            return ServerNumbers.Ask(fd, out ulong number) == Errno.OK ? identity with { RootIno = number, RootMoves = false } : null;
    }

    private static string PathBelow(SafeFd directory, MountEntry mount)
    {
        byte[] path = new byte[LongestPath];
        if (Libc.PathOf(directory, path, out int length) != Errno.OK)
            return "";
        ReadOnlySpan<byte> whole = path.AsSpan(0, length);
        ReadOnlySpan<byte> point = mount.MountPoint.AsSpan().TrimEnd((byte)'/');
        return whole.StartsWith(point) && (whole.Length == point.Length || whole[point.Length] == (byte)'/')
            ? Encoding.Latin1.GetString(whole[point.Length..].TrimEnd((byte)'/'))
            : "";
    }

    // PATH_MAX; /proc shows no more.
    private const int LongestPath = 4096;
}
