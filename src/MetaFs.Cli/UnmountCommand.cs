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
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(10);

    // Detached while in use, the daemon lives as long as its users: no point in waiting for those.
    private static readonly TimeSpan s_lazyEndTimeout = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT") { Description = "where it is mounted" };

    private static readonly Option<bool> s_lazy = new("-l", "--lazy")
    {
        Description = "detach now, also if it is in use; the rest follows when its users are done",
    };

    public static Command Create()
    {
        var command = new Command("umount", "Unmount, and wait until all is written") { s_mountPoint, s_lazy };
        command.SetAction(static result => (int)Run(result.GetValue(s_mountPoint)!, result.GetValue(s_lazy)));
        return command;
    }

    private static ExitCode Run(string argument, bool lazy)
    {
        string mountPoint = FindMount(argument);
        using SafeFd? daemon = OpenDaemon(mountPoint, out bool hung);

        // Only lazily: the question that got no answer keeps the mount busy.
        if (hung && !lazy)
            throw new CliException(
                ExitCode.Failure,
                $"{mountPoint}: its daemon does not answer, the share may have gone; wait, or detach it with: "
                + $"metafs umount -l {mountPoint}");
        Errno errno = FuseMounter.Unmount(mountPoint, lazy);
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

        TimeSpan patience = lazy ? s_lazyEndTimeout : s_endTimeout;
        errno = Libc.Poll(daemon, Libc.POLLIN, (int)patience.TotalMilliseconds, out short ended);
        if (errno != Errno.OK || ended != 0 || lazy)
            return ExitCode.Ok;
        throw new CliException(
            ExitCode.Failure,
            $"{mountPoint}: unmounted, but its daemon still has not ended after {patience.TotalSeconds:0} s; "
            + "the share may be slow, see the system log");
    }

    // By the parent directory and the name: the mount point itself cannot be looked at when its daemon has died.
    private static string FindMount(string argument)
    {
        string? mountPoint = Candidates(argument).FirstOrDefault(IsMetaFs);
        if (mountPoint is not null)
            return mountPoint;
        throw new CliException(ExitCode.Failure, $"{ByteText.ForDisplay(argument)}: {MountPlaces.NoMount}");
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
    private static SafeFd? OpenDaemon(string mountPoint, out bool hung)
    {
        ControlInfo? info = null;
        byte[] path = ByteText.ToTerminated(mountPoint);
        var ask = new Thread(() => ControlClient.Info(CString.FromTerminated(path), out info)) { IsBackground = true };
        ask.Start();
        hung = !ask.Join(s_askTimeout);
        if (hung || info is null)
            return null;
        return Libc.PidfdOpen(info.Pid, out SafeFd daemon) == Errno.OK ? daemon : null;
    }
}
