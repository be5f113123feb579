// metafs apply: what was recorded becomes real, on a file system that keeps it.
using System.CommandLine;
using System.CommandLine.Parsing;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Terminals;
using MetaFs.Cli.Transfer;
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli;

/// <summary><c>metafs apply DIR --from MOUNTPOINT</c> and <c>metafs apply DIR --db FILE</c>.</summary>
internal static class ApplyCommand
{
    private static readonly Argument<string> s_directory = new("DIR")
    {
        Description = "a copy of the share's tree, on a file system that keeps owners, modes and times",
    };

    private static readonly Option<string?> s_from = new("--from")
    {
        Description = "set what this mount shows, of every file",
        HelpName = "MOUNTPOINT",
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "set what this database has recorded, of the files that it knows",
        HelpName = "FILE",
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run", "-n")
    {
        Description = "say what would be set, change nothing",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("apply", "Set for real, on a copy of the tree, what is recorded")
        {
            s_directory, s_from, s_database, s_dryRun, s_json, s_quiet,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_from) is null == result.GetValue(s_database) is null)
                result.AddError("Give either --from MOUNTPOINT or --db FILE");
        });
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    /// <summary>What a file did not take, for people.</summary>
    public static string Refusal(byte[] path, string call, Errno errno)
    {
        string shown = path.Length == 0 ? "." : ByteText.ForDisplay(path);
        return errno == Errno.OK
            ? $"metafs: {shown}: {call}"
            : $"metafs: {shown}: {call}: {errno} ({ErrnoText.Describe(errno)})";
    }

    /// <summary>Says that a record is not among what is applied, and counts it.</summary>
    public static void LeaveOut(EntryApplier applier, string what, string why) =>
        applier.Miss(ByteText.ToBytes(what), $"left out: {why}", Errno.OK);

    /// <summary>Applies entries and says how far it is.</summary>
    /// <exception cref="CliException">Interrupted.</exception>
    public static void ApplyAll(
        IEnumerable<Entry> entries, EntryApplier applier, Progress progress, long total, CancellationToken stop)
    {
        long done = 0;
        foreach (Entry entry in entries)
        {
            if (stop.IsCancellationRequested)
                throw new CliException(ExitCode.Failure, "interrupted: not all is set");
            applier.Apply(entry);
            progress.Report(++done, total, "files", entry.Path);
        }

        applier.Finish();
    }

    private static ExitCode Run(ParseResult result)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        using SafeFd root = CanonicalPath.RequireDirectory(
            result.GetValue(s_directory)!, "DIR must be a directory with a copy of the tree");
        using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "applying");
        using var interrupt = new Interrupt();
        bool isDry = result.GetValue(s_dryRun);
        using var applier = new EntryApplier(root, isDry, (path, call, errno) =>
        {
            progress.Clear();
            error.WriteLine(Refusal(path, call, errno));
        });
        try
        {
            if (result.GetValue(s_from) is { } mountPoint)
                ApplyMount(mountPoint, applier, progress, interrupt.Token);
            else
                ApplyDatabase(result.GetValue(s_database)!, applier, progress, interrupt.Token);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: not all is set", e);
        }

        progress.Clear();
        var report = new TransferReport(applier.Applied, applier.Unchanged, applier.Failed, isDry);
        result.InvocationConfiguration.Output.WriteLine(result.GetValue(s_json) ? report.Json() : report.Text());
        return report.Failed > 0 ? ExitCode.Failure : ExitCode.Ok;
    }

    private static void ApplyMount(
        string mountPoint, EntryApplier applier, Progress progress, CancellationToken stop)
    {
        using SafeFd mount = ExportCommand.MountRoot(mountPoint);
        var xattrs = new FileXattrs();
        long done = 0;
        void Refused(byte[] path, Errno errno) => applier.Miss(path, "open", errno);
        using var walk = new ShareWalk(
            (in WalkedName name) =>
            {
                byte[] path = name.Path is [(byte)'.'] ? [] : name.Path.ToArray();
                OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW;
                CString at = name.Name.Length == 0 ? CString.FromTerminated(".\0"u8) : name.Name;
                Errno errno = Libc.Openat(name.Directory, at, flags, 0, out SafeFd fd);
                Entry? entry = null;
                using (fd)
                {
                    if (errno == Errno.OK)
                        errno = EffectiveEntries.Of(path, fd, xattrs, out entry);
                }

                if (entry is not null)
                    applier.Apply(entry);
                else
                    Refused(path, errno);
                progress.Report(++done, 0, "files", name.Path);
                return name.Stat.Ino;
            },
            Refused, stop);
        walk.Run(mount);
        applier.Finish();
    }

    private static void ApplyDatabase(
        string database, EntryApplier applier, Progress progress, CancellationToken stop)
    {
        void Left(string what, string why) => LeaveOut(applier, what, why);
        using OverlayReader reader = OverlayReader.Open(database, line => Left(database, line));
        ApplyAll(RecordedEntries.Of(reader, Left), applier, progress, reader.Counts().Records, stop);
    }
}
