// A directory of a mount, and the same directory on the share below it.
using MetaFs.Cli.Checking;
using MetaFs.Cli.Mounting;
using MetaFs.Linux;

namespace MetaFs.Cli.Comparing;

/// <summary>The two sides of one place.</summary>
internal sealed class MountedTree : IDisposable
{
    private MountedTree(SafeFd mount, SafeFd share, string shareName, byte[] below, byte[] name)
    {
        Mount = mount;
        Share = share;
        ShareName = shareName;
        Below = below;
        Name = name;
    }

    /// <summary>The directory through the mount, open for reading.</summary>
    public SafeFd Mount { get; }

    /// <summary>The directory on the share.</summary>
    public SafeFd Share { get; }

    /// <summary>The share, for people.</summary>
    public string ShareName { get; }

    /// <summary>Where the directory is below the mount's root; empty for that.</summary>
    public byte[] Below { get; }

    /// <summary>The one name in it that is meant, with terminator; only that: the directory itself.</summary>
    public byte[] Name { get; }

    /// <summary>Opens both sides.</summary>
    /// <param name="mountPoint">A mount, or any directory of it.</param>
    /// <param name="path">A file or directory in it, absolute or below <paramref name="mountPoint"/>; null: all.</param>
    /// <exception cref="CliException">No mount, no such path, or the share cannot be reached.</exception>
    public static MountedTree Open(string mountPoint, string? path)
    {
        using CheckedShare share = CheckedShare.OfMount(mountPoint, null);
        string target = path is null || path.StartsWith('/') ? path ?? mountPoint : $"{mountPoint}/{path}";
        byte[] name = [0];
        Errno errno = OpenDirectory(target, out SafeFd mount);
        if (errno is Errno.ENOTDIR or Errno.ELOOP)
        {
            mount.Dispose();
            int slash = target.LastIndexOf('/');
            name = ByteText.ToTerminated(target[(slash + 1)..]);
            errno = OpenDirectory(slash < 0 ? "." : target[..(slash + 1)], out mount);
        }

        if (errno != Errno.OK)
        {
            mount.Dispose();
            throw CliException.FromErrno(
                ExitCode.Share, ByteText.ForDisplay(target), errno, "PATH must be a file or directory of the mount");
        }

        try
        {
            byte[] below = BelowRoot(mount, target);
            return new MountedTree(mount, Descend(share.Root!, below, target), share.Name!, below, name);
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Mount.Dispose();
        Share.Dispose();
    }

    private static Errno OpenDirectory(string path, out SafeFd fd) => Libc.Openat(
        SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(path)),
        OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0, out fd);

    // By the mount table: the mount may be seen through a bind mount, from its middle.
    private static byte[] BelowRoot(SafeFd directory, string shown)
    {
        Errno errno = Libc.Statx(
            directory, CString.Empty, AtFlags.AT_EMPTY_PATH, StatxMask.STATX_MNT_ID, out Statx stat);
        byte[] path = [];
        if (errno == Errno.OK)
            errno = CanonicalPath.OfDescriptor(directory, out path);
        MountEntry? entry = errno == Errno.OK ? MountInfo.Find(stat.MntId) : null;
        if (entry is not { Type: MountPlaces.FileSystemType })
            throw new CliException(ExitCode.Share, $"{ByteText.ForDisplay(shown)}: {MountPlaces.NoMount}");
        ReadOnlySpan<byte> root = entry.Root.AsSpan().Trim((byte)'/');
        ReadOnlySpan<byte> rest = path.AsSpan(entry.MountPoint.AsSpan().TrimEnd((byte)'/').Length).Trim((byte)'/');
        return root.IsEmpty ? rest.ToArray() : rest.IsEmpty ? root.ToArray() : [.. root, (byte)'/', .. rest];
    }

    private static SafeFd Descend(SafeFd root, byte[] below, string shown)
    {
        Errno errno = Libc.Openat(
            root, CString.FromTerminated(".\0"u8), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out SafeFd at);
        foreach (Range part in below.AsSpan().Split((byte)'/'))
        {
            if (errno != Errno.OK || below.Length == 0)
                break;
            byte[] name = [.. below.AsSpan()[part], 0];
            errno = Libc.Openat(
                at, CString.FromTerminated(name), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0,
                out SafeFd next);
            at.Dispose();
            at = next;
        }

        if (errno == Errno.OK)
            return at;
        at.Dispose();
        throw CliException.FromErrno(
            ExitCode.Share, ByteText.ForDisplay(shown), errno, "the share does not have it as a directory");
    }
}
