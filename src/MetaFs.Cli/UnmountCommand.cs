// metafs umount: takes a mount away and waits for its daemon, so that the next mount finds the database free.
using System.CommandLine;
using MetaFs.Cli.Mounting;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary><c>metafs umount MOUNTPOINT</c>.</summary>
internal static class UnmountCommand
{
    // A share that answers slowly, or a machine with twenty processes per core, is no share that has gone.
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lazyAskTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait before saying what is waited for.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(3);

    // Detached while in use, the daemon lives as long as its users: no point in waiting for those.
    private static readonly TimeSpan s_lazyEndTimeout = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT") { Description = "where it is mounted" };

    private static readonly Option<bool> s_lazy = new("-l", "--lazy")
    {
        Description = "detach now, also if it is in use; the rest follows when its users are done",
    };

    private static readonly Option<bool> s_dead = new("--dead")
    {
        Description = "only what a daemon that died has left behind; nothing to do is success",
    };

    public static Command Create()
    {
        var command = new Command("umount", "Unmount, and wait until all is written") { s_mountPoint, s_lazy, s_dead };
        command.SetAction(static result => (int)(result.GetValue(s_dead)
            ? ClearDead(result.GetValue(s_mountPoint)!)
            : Run(result.GetValue(s_mountPoint)!, result.GetValue(s_lazy))));
        return command;
    }

    // Several may lie upon each other, where each was mounted over the one before.
    private static ExitCode ClearDead(string argument)
    {
        while (Candidates(argument).FirstOrDefault(IsMetaFs) is { } mountPoint && IsDead(mountPoint))
        {
            Errno errno = FuseMounter.Unmount(mountPoint, lazy: true);
            if (errno != Errno.OK)
                throw CliException.FromErrno(ExitCode.Failure, mountPoint, errno, "cannot clear the dead mount");
        }

        return ExitCode.Ok;
    }

    private static bool IsDead(string mountPoint) =>
        Ask(mountPoint, s_lazyAskTimeout, out _) is Errno.ENOTCONN or Errno.ECONNABORTED;

    private static ExitCode Run(string argument, bool lazy)
    {
        string mountPoint = FindMount(argument);
        using SafeFd? daemon = OpenDaemon(mountPoint, lazy ? s_lazyAskTimeout : s_askTimeout, out bool hung);

        // Only lazily: the question that got no answer keeps the mount busy.
        if (hung && !lazy)
            throw new CliException(
                ExitCode.Failure,
                $"{mountPoint}: its daemon does not answer, the share may have gone; wait, or detach it with: "
                + $"metafs umount -l {mountPoint}");
        Errno errno = FuseMounter.Unmount(mountPoint, lazy);

        // fusermount3 looks among the mounts of who asks, and says of another's that it is not there.
        if (errno == Errno.EINVAL && Libc.Geteuid() != 0 && IsMetaFs(mountPoint))
            errno = Errno.EPERM;
        if (errno == Errno.EBUSY)
            throw CliException.FromErrno(
                ExitCode.Failure, mountPoint, errno,
                $"find out who uses it with: fuser -vm {mountPoint}; or detach it with: metafs umount -l {mountPoint}");
        if (errno != Errno.OK)
            throw CliException.FromErrno(
                ExitCode.Failure, mountPoint, errno,
                Libc.Geteuid() != 0 ? "only root or the user who mounted it can unmount it" : "cannot unmount");
        if (daemon is null)
            return ExitCode.Ok;

        if (lazy)
        {
            HasEnded(daemon, s_lazyEndTimeout);
            return ExitCode.Ok;
        }

        if (HasEnded(daemon, s_silence))
            return ExitCode.Ok;
        Console.Error.WriteLine($"metafs: {mountPoint}: unmounted; waiting for its daemon to write the rest");
        if (HasEnded(daemon, s_endTimeout - s_silence))
            return ExitCode.Ok;
        throw new CliException(
            ExitCode.Failure,
            $"{mountPoint}: unmounted, but its daemon still has not ended after {s_endTimeout.TotalSeconds:0} s; "
            + "the share may be slow, see the system log");
    }

    // An error of poll(2) says nothing of the daemon, so there is nothing to wait for either.
    private static bool HasEnded(SafeFd daemon, TimeSpan patience) =>
        Libc.Poll(daemon, Libc.POLLIN, (int)patience.TotalMilliseconds, out short ended) != Errno.OK || ended != 0;

    // By the parent directory and the name: the mount point itself cannot be looked at when its daemon has died.
    private static string FindMount(string argument)
    {
        string? mountPoint = Candidates(argument).FirstOrDefault(IsMetaFs);
        if (mountPoint is not null)
            return mountPoint;
        string shown = ByteText.ForDisplay(argument);
        Errno errno = Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(argument)),
            AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS, out _);
        throw errno == Errno.OK
            ? new CliException(ExitCode.Share, $"{shown}: {MountPlaces.NoMount}")
            : CliException.FromErrno(ExitCode.Share, shown, errno, "and no MetaFs mount is there; see: findmnt -t "
                + MountPlaces.FileSystemType);
    }

    private static IEnumerable<string> Candidates(string argument)
    {
        string absolute = argument.StartsWith('/') ? argument : $"{Environment.CurrentDirectory}/{argument}";
        absolute = absolute.TrimEnd('/');
        yield return absolute;
        int slash = absolute.LastIndexOf('/');
        string name = slash < 0 ? "" : absolute[(slash + 1)..];
        if (name is not ("" or "." or ".."))
        {
            string parent = CanonicalPath.OfFutureFile(slash <= 0 ? "/" : absolute[..slash]);
            yield return $"{parent.TrimEnd('/')}/{name}";
        }

        yield return CanonicalPath.OfFutureFile(absolute);
    }

    private static bool IsMetaFs(string path)
    {
        byte[] bytes = ByteText.ToBytes(path);
        MountEntry? top = MountInfo.Read().LastOrDefault(e => e.MountPoint.AsSpan().SequenceEqual(bytes));
        return top is { Type: MountPlaces.FileSystemType };
    }

    // The number is asked for before the unmount and held as a pidfd, which cannot come to mean another process. A
    // daemon that hangs would not answer, hence the thread: an ioctl on FUSE has no time limit of its own.
    private static SafeFd? OpenDaemon(string mountPoint, TimeSpan patience, out bool hung)
    {
        hung = Ask(mountPoint, patience, out ControlInfo? info) is null;
        if (info is null)
            return null;
        return Libc.PidfdOpen(info.Pid, out SafeFd daemon) == Errno.OK ? daemon : null;
    }

    /// <returns>The errno of the answer; null: none in time.</returns>
    private static Errno? Ask(string mountPoint, TimeSpan patience, out ControlInfo? info)
    {
        ControlInfo? answer = null;
        Errno errno = Errno.OK;
        byte[] path = ByteText.ToTerminated(mountPoint);
        var ask = new Thread(() => errno = ControlClient.Info(CString.FromTerminated(path), out answer))
        {
            IsBackground = true,
        };
        ask.Start();
        bool answered = ask.Join(patience < s_silence ? patience : s_silence);
        if (!answered && patience > s_silence)
        {
            Console.Error.WriteLine($"metafs: {mountPoint}: waiting for its daemon to answer");
            answered = ask.Join(patience - s_silence);
        }

        info = answered ? answer : null;
        return answered ? errno : null;
    }
}
