// metafs show: what a file is on the mount, on the share, in the records, and why they differ.
using System.CommandLine;
using System.Text;
using MetaFs.Cli.Mounting;
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

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON array" };

    public static Command Create()
    {
        var command = new Command("show", "Show what is recorded of files, and why") { s_paths, s_json };
        command.SetAction(static result => (int)Run(
            result.GetValue(s_paths)!, result.GetValue(s_json),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static ExitCode Run(string[] paths, bool json, TextWriter output, TextWriter error)
    {
        long now = Libc.RealtimeNanoseconds();
        bool failed = false;
        using var array = json ? new ShowJson() : null;
        for (int i = 0; i < paths.Length; i++)
        {
            byte[] path = ByteText.ToBytes(paths[i]);
            Errno errno = Ask(path, out ControlShow? show);
            if (errno == Errno.OK)
            {
                array?.Write(path, show!);
                if (array is null)
                    output.Write((i > 0 ? Environment.NewLine : "") + ShowText.Format(path, show!, now));
                continue;
            }

            failed = true;
            string message = Explain(errno);
            array?.WriteError(path, errno, message);
            error.WriteLine($"metafs: {ByteText.ForDisplay(path)}: {message}");
        }

        if (array is not null)
            output.WriteLine(array.Finish());
        return failed ? ExitCode.Failure : ExitCode.Ok;
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

    private static string Explain(Errno errno) => errno switch
    {
        Errno.ENOTTY => MountPlaces.NoMount,
        Errno.ENOTCONN => "ENOTCONN: the mount's daemon has died; run metafs umount, then mount again",
        Errno.EPROTO => "the mount's daemon is of another version of metafs; mount again",
        Errno.EACCES => "EACCES (Permission denied): its directory must be readable to you",
        _ => $"{errno} ({ErrnoText.Describe(errno)})",
    };
}
