// Asks a mount about itself by ioctl(2) on one of its directories: no name inside a mount is special.
using System.Globalization;
using MetaFs.Cli.Mounting;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary>The program's side of METAFS_IOC_INFO and METAFS_IOC_SHOW.</summary>
internal static class ControlClient
{
    /// <summary>What the mount says of itself.</summary>
    /// <returns>OK; ENOTTY: no MetaFs mount; ENOTCONN: its daemon has died.</returns>
    public static Errno Info(CString directory, out ControlInfo? info)
    {
        info = null;
        Errno errno = Open(directory, out SafeFd fd);
        using (fd)
        {
            if (errno != Errno.OK)
                return errno;
            byte[] buffer = new byte[ControlProtocol.InfoSize];
            errno = AsNoMount(Libc.Ioctl(fd, ControlProtocol.Info, buffer));
            if (errno == Errno.OK)
                info = ControlProtocol.ParseInfo(buffer);
            return errno == Errno.OK && info is null ? Errno.EPROTO : errno;
        }
    }

    /// <summary>What a name in a directory is, effectively, on the share and in the records.</summary>
    /// <param name="directory">Path of a directory of the mount.</param>
    /// <param name="name">A name in it, not followed if it is a link; empty for the directory itself.</param>
    /// <param name="show">The answer.</param>
    /// <returns>OK; ENOTTY: no MetaFs mount; ENOENT: no such name.</returns>
    public static Errno Show(CString directory, CString name, out ControlShow? show)
    {
        show = null;
        Errno errno = Open(directory, out SafeFd fd);
        using (fd)
            return errno == Errno.OK ? Show(fd, name, out show) : errno;
    }

    /// <summary>The same for a directory that is open for reading.</summary>
    public static Errno Show(SafeFd directory, CString name, out ControlShow? show)
    {
        show = null;
        byte[] buffer = new byte[ControlProtocol.ShowSize];
        name.Terminated.CopyTo(buffer);
        Errno errno = AsNoMount(Libc.Ioctl(directory, ControlProtocol.Show, buffer));
        if (errno == Errno.OK)
            show = ControlProtocol.ParseShow(buffer);
        return errno == Errno.OK && show is null ? Errno.EPROTO : errno;
    }

    /// <summary>What the mount has done so far, put together from its answers.</summary>
    /// <returns>OK; ENOTTY: no MetaFs mount, or one of an older version.</returns>
    public static Errno Stats(CString directory, out ControlStats? stats)
    {
        stats = null;
        Errno errno = Open(directory, out SafeFd fd);
        using (fd)
        {
            int? next = 0;
            while (errno == Errno.OK && next is { } first)
            {
                byte[] buffer = new byte[ControlProtocol.StatsSize];
                if (first > 0)
                    System.Text.Encoding.ASCII.GetBytes(first.ToString(CultureInfo.InvariantCulture), buffer);
                errno = AsNoMount(Libc.Ioctl(fd, ControlProtocol.Stats, buffer));
                if (errno != Errno.OK)
                    break;
                if (ControlProtocol.ParseStats(buffer) is not { } part)
                    return Errno.EPROTO;
                next = part.Next;
                stats = stats is null ? part : stats with { Requests = [.. stats.Requests, .. part.Requests] };
            }
        }

        return errno;
    }

    /// <summary>Has the mount take records out of service.</summary>
    /// <param name="directory">A directory of the mount, open for reading.</param>
    /// <param name="order">At most <see cref="ControlProtocol.RetireRecords"/>.</param>
    /// <param name="done">For each record, what became of it: one of the letters of the protocol.</param>
    /// <returns>OK; EPERM: only root and who mounted may; ENOTTY: no MetaFs mount.</returns>
    public static Errno Retire(SafeFd directory, ControlRetire order, out char[] done)
    {
        done = new char[order.Records.Count];
        byte[] buffer = new byte[ControlProtocol.RetireSize];
        if (!ControlProtocol.WriteRetire(order, buffer))
            return Errno.E2BIG;
        Errno errno = AsNoMount(Libc.Ioctl(directory, ControlProtocol.Retire, buffer));
        for (int i = 0; i < done.Length && errno == Errno.OK; i++)
            done[i] = (char)buffer[i];
        return errno;
    }

    /// <summary>What a command says where the mount did not answer.</summary>
    public static string Explain(Errno errno) => errno switch
    {
        Errno.ENOTTY => MountPlaces.NoMount,
        Errno.ENOTCONN => "ENOTCONN: the mount's daemon has died; run metafs umount, then mount again",
        Errno.EPROTO => "the mount's daemon is of another version of metafs; mount again",
        Errno.EACCES => "EACCES (Permission denied): its directory must be readable to you",
        _ => $"{errno} ({ErrnoText.Describe(errno)})",
    };

    private static Errno Open(CString directory, out SafeFd fd) =>
        Libc.Openat(SafeFd.CurrentDirectory, directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out fd);

    // Other file systems have several words for "no such ioctl".
    private static Errno AsNoMount(Errno errno) =>
        errno is Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP ? Errno.ENOTTY : errno;
}
