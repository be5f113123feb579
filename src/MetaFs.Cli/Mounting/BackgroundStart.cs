// The half of a background mount that the user waits for. A .NET process cannot fork(2): the child would have one
// thread and none of the runtime's others. So the program starts itself again and waits for a word over a pipe.
using System.Diagnostics;
using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>Starts the daemon and waits until the mount answers or has failed.</summary>
internal static class BackgroundStart
{
    /// <summary>The hidden option that tells the second process where to report.</summary>
    public const string ReadyFdOption = "--ready-fd";

    private const int SignalBase = 128;

    /// <summary>Returns when the mount can be used.</summary>
    /// <param name="request">What to mount.</param>
    /// <param name="error">Receives the warnings that came up.</param>
    /// <exception cref="CliException">It failed; nothing is mounted. Code and message are the daemon's.</exception>
    public static ExitCode Run(MountRequest request, TextWriter error)
    {
        KeepInheritedFilesFromDaemon();
        CheckErrno(Libc.Pipe2(out SafeFd read, out SafeFd write), "pipe");
        using (read)
        {
            Process daemon;
            using (write)
            {
                CheckErrno(Libc.SetCloseOnExec(write, false), "pipe");
                daemon = Start(request, write.Value);
            }

            using (daemon)
            {
                (ExitCode Code, string Message)? report = ReadyPipe.ReadReport(read);
                if (report is null)
                    throw EndedSilently(daemon);
                if (report.Value.Code != ExitCode.Ok)
                    throw new CliException(report.Value.Code, report.Value.Message);
                foreach (string line in report.Value.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    error.WriteLine($"metafs: {line}");
            }
        }

        ProveAnswer(request.MountPoint);
        return ExitCode.Ok;
    }

    private static Process Start(MountRequest request, int readyFd)
    {
        string[] own = OwnCommand();

        // Pipes of its own: the runtime duplicates descriptors 0 to 2 as it starts (FILEInitStdHandles in coreclr's
        // pal/src/file/file.cpp), so the daemon could never let go of the terminal, or of "metafs mount ... | cat".
        var start = new ProcessStartInfo(own[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        foreach (string word in own.Skip(1))
            start.ArgumentList.Add(word);
        start.ArgumentList.Add(MountCommand.Name);
        start.ArgumentList.Add(ReadyFdOption);
        start.ArgumentList.Add(readyFd.ToString(CultureInfo.InvariantCulture));
        AddRequest(start, request);
        return Process.Start(start)
            ?? throw new CliException(ExitCode.Failure, $"cannot start {own[0]} for the background; use -f");
    }

    /// <summary>The program and what must stand before the command: "dotnet metafs.dll" runs in the dotnet host.</summary>
    public static string[] OwnCommand()
    {
        string self = Environment.ProcessPath
            ?? throw new CliException(ExitCode.Failure, "cannot find this program's own file; use -f");
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? [self, Path.Combine(AppContext.BaseDirectory, "metafs.dll")]
            : [self];
    }

    /// <summary>The words of a mount after the command's name.</summary>
    public static void AddRequest(ProcessStartInfo start, MountRequest request)
    {
        foreach (string list in request.OptionLists)
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add(list);
        }

        start.ArgumentList.Add("--");
        start.ArgumentList.Add(request.Source);
        start.ArgumentList.Add(request.MountPoint);
    }

    // The shell's lock files and pipes would otherwise stay open as long as the mount does.
    private static void KeepInheritedFilesFromDaemon()
    {
        foreach (string name in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(name), out int fd) && fd > 2)
                _ = Libc.SetCloseOnExec(new SafeFd(fd, ownsHandle: false), true);
        }
    }

    // The pipe closed without a word: a crash, or somebody killed it. What it said last is all there is.
    private static CliException EndedSilently(Process daemon)
    {
        string lastWords = daemon.StandardError.ReadToEnd().Trim();
        daemon.WaitForExit();
        int status = daemon.ExitCode;
        string how = status > SignalBase
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {status - SignalBase}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with status {status}");
        return new CliException(
            ExitCode.Mount,
            $"the background process {how} before the mount was ready; run the same command with -f to see why"
            + (lastWords.Length > 0 ? $"\n{lastWords}" : ""));
    }

    private static void ProveAnswer(string mountPoint)
    {
        Errno errno = Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(mountPoint)),
            AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_BASIC_STATS, out _);
        if (errno != Errno.OK)
            throw CliException.FromErrno(
                ExitCode.Mount, ByteText.ForDisplay(mountPoint), errno,
                "mounted, but it does not answer; see the system log for the daemon's messages");
    }

    private static void CheckErrno(Errno errno, string what)
    {
        if (errno != Errno.OK)
            throw new CliException(ExitCode.Failure, $"{what}: {errno} ({ErrnoText.Describe(errno)})");
    }
}
