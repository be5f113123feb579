// mount -o remount: what the kernel changes of a mount by itself, without the daemon behind it.
using System.Text;
using MetaFs.Cli.Options;
using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>Read-only or writable, and what the mount honours: suid, dev and exec, of a mount that stays.</summary>
/// <remarks>
/// fs/fuse/inode.c, fuse_reconfigure: a remount by mount(2) ignores the file system's own options. mount(8) puts those of
/// fstab into every remount, so they cannot be refused either: they stay as they are.
/// </remarks>
internal static class Remount
{
    private static readonly Dictionary<string, (ulong Set, ulong Clear)> s_flags = new()
    {
        ["ro"] = (MountFlags.MS_RDONLY, 0),
        ["rw"] = (0, MountFlags.MS_RDONLY),
        ["nosuid"] = (MountFlags.MS_NOSUID, 0),
        ["suid"] = (0, MountFlags.MS_NOSUID),
        ["allow_suid"] = (0, MountFlags.MS_NOSUID),
        ["nodev"] = (MountFlags.MS_NODEV, 0),
        ["dev"] = (0, MountFlags.MS_NODEV),
        ["allow_dev"] = (0, MountFlags.MS_NODEV),
        ["noexec"] = (MountFlags.MS_NOEXEC, 0),
        ["exec"] = (0, MountFlags.MS_NOEXEC),
        ["noatime"] = (MountFlags.MS_NOATIME, 0),
        ["nodiratime"] = (MountFlags.MS_NODIRATIME, 0),
        ["relatime"] = (MountFlags.MS_RELATIME, MountFlags.MS_NOATIME | MountFlags.MS_STRICTATIME),
    };

    /// <summary>Changes the mount.</summary>
    /// <param name="mountPoint">Of a MetaFs mount.</param>
    /// <param name="lists">The options, "remount" among them; those that only a new mount can change are left alone.</param>
    /// <param name="isFake">Only look whether all is right, as for -f.</param>
    /// <exception cref="CliException">A word is wrong, it is no such mount, or the kernel refuses.</exception>
    public static void Run(string mountPoint, IReadOnlyList<string> lists, bool isFake)
    {
        IReadOnlyList<string> words = MountOptionParser.WithoutRemount(lists);
        MountOptionParser.Parse(words);
        MountEntry entry = Find(mountPoint);
        ulong flags = FlagsOf(entry);
        foreach (string word in words.SelectMany(MountOptionParser.Split))
        {
            if (s_flags.TryGetValue(word, out (ulong Set, ulong Clear) change))
                flags = (flags & ~change.Clear) | change.Set;
        }

        if (isFake)
            return;
        CString none = CString.FromTerminated("none\0"u8);
        CString target = CString.FromTerminated((byte[])[.. entry.MountPoint, 0]);
        Errno errno = Libc.Mount(none, target, none, MountFlags.MS_REMOUNT | flags, CString.Empty);
        if (errno != Errno.OK)
            throw new CliException(ExitCode.Mount, $"{mountPoint}: not remounted: {Reason(errno, mountPoint)}");
    }

    private static MountEntry Find(string mountPoint)
    {
        Errno errno = CanonicalPath.OpenDirectory(mountPoint, out SafeFd directory);
        using (directory)
        {
            if (errno != Errno.OK)
                throw new CliException(ExitCode.Mount, $"{mountPoint}: {ErrnoText.Describe(errno)}");
            errno = CanonicalPath.OfDescriptor(directory, out byte[] path);
            if (errno != Errno.OK)
                throw new CliException(ExitCode.Mount, $"{mountPoint}: {ErrnoText.Describe(errno)}");
            MountEntry? top = MountInfo.Read().LastOrDefault(e => e.MountPoint.AsSpan().SequenceEqual(path));
            return top is { Type: MountPlaces.FileSystemType }
                ? top
                : throw new CliException(ExitCode.Mount, $"{mountPoint}: {MountPlaces.NoMount}");
        }
    }

    // What is not asked for stays. Of the two lists "ro" stands in the file system's when it is the mount that is.
    private static ulong FlagsOf(MountEntry entry)
    {
        ulong flags = 0;
        foreach (string word in $"{entry.MountOptions},{entry.SuperOptions}".Split(','))
        {
            if (s_flags.TryGetValue(word, out (ulong Set, ulong Clear) flag))
                flags |= flag.Set;
        }

        return flags;
    }

    private static string Reason(Errno errno, string mountPoint) => ErrnoText.Describe(errno) + errno switch
    {
        Errno.EPERM => "; only root may remount",
        Errno.EBUSY => $"; files are open for writing, see: fuser -vm {mountPoint}",
        _ => "",
    };
}
