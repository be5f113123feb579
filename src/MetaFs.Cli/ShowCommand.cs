// metafs show: what a file is on the mount, on the share, in the records, and why they differ.
using System.CommandLine;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Reports;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli;

/// <summary><c>metafs show PATH...</c>.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string[]> s_paths = new("PATH")
    {
        Description = "a file on a MetaFs mount; a symbolic link is shown itself, not followed",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> s_recursive = new("--recursive", "-r")
    {
        Description = "also everything below a directory that has a record",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON array" };

    public static Command Create()
    {
        var command = new Command("show", "Show what is recorded of files, and why") { s_paths, s_recursive, s_json };
        command.SetAction(static result =>
        {
            using var report = new ShowReport(
                result.InvocationConfiguration.Output, result.InvocationConfiguration.Error, result.GetValue(s_json));
            foreach (string path in result.GetValue(s_paths)!)
                Show(path, result.GetValue(s_recursive), report);
            return (int)report.Finish();
        });
        return command;
    }

    private static void Show(string given, bool recursive, ShowReport report)
    {
        byte[] path = ByteText.ToBytes(given);
        Errno errno = Ask(path, out ControlShow? show);
        if (errno != Errno.OK)
        {
            report.Fail(path, errno);
            return;
        }

        report.Write(path, show!);
        if (recursive && show!.Effective.Type == "directory")
            ShowBelow(path, report);
    }

    private static void ShowBelow(byte[] path, ShowReport report)
    {
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated([.. path, 0]),
            OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0, out SafeFd root);
        using (root)
        {
            if (errno != Errno.OK)
            {
                report.Fail(path, errno);
                return;
            }

            byte[] above = [.. path.AsSpan().TrimEnd((byte)'/'), (byte)'/'];
            using var walk = new ShareWalk(
                (in WalkedName name) =>
                {
                    ShowWalked(above, name, report);
                    return name.Stat.Ino;
                },
                (below, failure) => report.Fail([.. above, .. below], failure), CancellationToken.None);
            walk.Run(root);
        }
    }

    private static void ShowWalked(byte[] above, in WalkedName name, ShowReport report)
    {
        if (name.Name.Length == 0)
            return;
        Errno errno = ControlClient.Show(name.Directory, name.Name, out ControlShow? show);

        // What is gone a moment later was removed, which is no failure.
        if (errno == Errno.OK && show!.HasRecord)
            report.Write([.. above, .. name.Path], show);
        else if (errno is not (Errno.OK or Errno.ENOENT))
            report.Fail([.. above, .. name.Path], errno);
    }

    private static Errno Ask(byte[] path, out ControlShow? show)
    {
        show = null;
        if (path.Length == 0)
            return Errno.ENOENT;
        if (path.AsSpan().Contains((byte)0))
            return Errno.EINVAL;

        // "dir/", ".", ".." and "/" mean the directory itself, as for lstat(2).
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        ReadOnlySpan<byte> name = path.AsSpan(slash + 1);
        if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            return ControlClient.Show(CString.FromTerminated([.. path, 0]), CString.Empty, out show);

        byte[] terminated = [.. path, 0];
        Errno errno = Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(terminated), AtFlags.AT_SYMLINK_NOFOLLOW,
            StatxMask.STATX_TYPE | StatxMask.STATX_MNT_ID, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        byte[] directory = slash < 0 ? [(byte)'.', 0] : [.. path.AsSpan(0, slash + 1), 0];

        // A mount point's own directory belongs to the mount, its name to the file system above.
        if (FileMode.IsDirectory(stat.Mode) && IsMountPoint(directory, stat))
            return ControlClient.Show(CString.FromTerminated(terminated), CString.Empty, out show);
        errno = ControlClient.Show(
            CString.FromTerminated(directory), CString.FromTerminated([.. name, 0]), out show);

        // The directory may be searched but not read; then only directories can be asked, each for itself.
        return errno == Errno.EACCES && FileMode.IsDirectory(stat.Mode)
            ? ControlClient.Show(CString.FromTerminated(terminated), CString.Empty, out show)
            : errno;
    }

    private static bool IsMountPoint(byte[] parent, in Statx stat) =>
        Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(parent), 0, StatxMask.STATX_MNT_ID, out Statx above)
            == Errno.OK
        && above.MntId != stat.MntId;
}
