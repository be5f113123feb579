using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Probing;

/// <summary>What a directory can hold beside files and directories. Special files are made and never opened.</summary>
internal static class ObjectQuestions
{
    // /dev/null: whatever happens to it, it leads nowhere.
    private const uint NullMajor = 1;
    private const uint NullMinor = 3;

    public static ProbeAnswer Symlink(ProbeSite site)
    {
        const string Name = "symlink";
        ReadOnlySpan<byte> target = "no/such target"u8;
        Errno errno = Libc.Symlinkat(ProbeSite.Name("no/such target"), site.Directory, ProbeSite.Name(Name));
        if (errno != Errno.OK)
            return ProbeAnswer.Refuses(errno);
        Span<byte> shown = stackalloc byte[64];
        errno = Libc.Readlinkat(site.Directory, ProbeSite.Name(Name), shown, out int length);
        bool holds = FileMode.IsSymlink(site.Look(Name).Mode) && shown[..length].SequenceEqual(target);
        return ProbeAnswer.Of(errno, holds, "shows another target");
    }

    public static ProbeAnswer Link(ProbeSite site)
    {
        Errno errno = Pair(site, "link", out Statx first, out _);
        return ProbeAnswer.Of(errno, first.Nlink == 2, $"shows {first.Nlink} as the count of links");
    }

    public static ProbeAnswer LinkInode(ProbeSite site)
    {
        Errno errno = Pair(site, "link-inode", out Statx first, out Statx second);
        return errno == Errno.OK
            ? ProbeAnswer.Of(errno, first.Ino == second.Ino, "each name shows an inode number of its own")
            : ProbeAnswer.Absent("there are no hard links");
    }

    public static ProbeAnswer LinkCreationTime(ProbeSite site)
    {
        Errno errno = Pair(site, "link-birth", out Statx first, out Statx second);
        if (errno != Errno.OK)
            return ProbeAnswer.Absent("there are no hard links");
        return IdentityQuestions.HasBirth(first)
            ? ProbeAnswer.Of(errno, first.BtimeNs == second.BtimeNs, "each name shows a time of its own")
            : ProbeAnswer.Absent();
    }

    public static ProbeAnswer Fifo(ProbeSite site) => Node(site, "fifo", FileMode.S_IFIFO, 0);

    /// <summary>bind(2) makes its socket in the file system as this call does.</summary>
    public static ProbeAnswer Socket(ProbeSite site) => Node(site, "socket", FileMode.S_IFSOCK, 0);

    public static ProbeAnswer CharDevice(ProbeSite site) =>
        Capabilities.Has(Capabilities.CAP_MKNOD)
            ? Node(site, "char-device", FileMode.S_IFCHR, DeviceNumber.Make(NullMajor, NullMinor))
            : ProbeAnswer.Untried("only root may make devices");

    private static ProbeAnswer Node(ProbeSite site, string name, uint type, ulong device)
    {
        Errno errno = Libc.Mknodat(
            site.Directory, ProbeSite.Name(name), type | FileMode.S_IRUSR | FileMode.S_IWUSR, device);
        if (errno != Errno.OK)
            return ProbeAnswer.Refuses(errno);
        Statx stat = site.Look(name);
        bool holds = FileMode.TypeOf(stat.Mode) == type
            && (type != FileMode.S_IFCHR || (stat.RdevMajor == NullMajor && stat.RdevMinor == NullMinor));
        return ProbeAnswer.Of(errno, holds, "shows another type or device");
    }

    private static Errno Pair(ProbeSite site, string name, out Statx first, out Statx second)
    {
        (first, second) = (default, default);
        string other = name + "-2";
        site.NewFile(name, "data").Dispose();
        Errno errno = Libc.Linkat(
            site.Directory, ProbeSite.Name(name), site.Directory, ProbeSite.Name(other), AtFlags.None);
        if (errno == Errno.OK)
            (first, second) = (site.Look(name), site.Look(other));
        return errno;
    }
}
