// metafs import: an export into an empty database, or metadata of other programs onto a mount.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Terminals;
using MetaFs.Cli.Transfer;
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = System.IO.FileMode;

namespace MetaFs.Cli;

/// <summary><c>metafs import FILE MOUNTPOINT</c> and <c>metafs import FILE --db FILE</c>.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> s_file = new("FILE")
    {
        Description = "what to import; - is standard input",
    };

    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "the mount on whose files it is set",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "make this database of a complete export",
        HelpName = "FILE",
    };

    private static readonly Option<string> s_format = ExportCommand.FormatOption();

    private static readonly Option<bool> s_dryRun = new("--dry-run", "-n")
    {
        Description = "say what would be set, change nothing",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("import", "Take over what was exported, or another program's metadata")
        {
            s_file, s_mountPoint, s_database, s_format, s_dryRun, s_json, s_quiet,
        };
        command.Validators.Add(Validate);
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    private static void Validate(CommandResult result)
    {
        if (ExportCommand.FormatOf(result, s_format) is not { } format)
            return;
        bool isComplete = format == EntryFormats.Complete;
        if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
            result.AddError("Give either MOUNTPOINT or --db FILE");
        else if (result.GetValue(s_database) is not null && !isComplete)
            result.AddError("Only --format json makes a database; the other forms are set on files: give MOUNTPOINT");
    }

    private static ExitCode Run(ParseResult result)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        string file = result.GetValue(s_file)!;
        bool isDry = result.GetValue(s_dryRun);
        using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "importing");
        TransferReport report;
        try
        {
            using Stream input = Open(file);
            report = result.GetValue(s_database) is { } database
                ? ToDatabase(input, database, isDry, progress)
                : ToMount(input, result, progress);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: nothing is set", e);
        }
        catch (IOException e)
        {
            string source = file == "-" ? "standard input" : ByteText.ForDisplay(file);
            throw new CliException(
                ExitCode.Failure, $"{source}: {FileErrors.Explain(e)}; nothing was imported", e);
        }
        catch (EntryFormatException e)
        {
            string where = e.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {e.Line}: ") : "";
            throw new CliException(
                ExitCode.Failure, $"{ByteText.ForDisplay(file)}: {where}{e.Message}; nothing was imported", e);
        }

        progress.Clear();
        result.InvocationConfiguration.Output.WriteLine(result.GetValue(s_json) ? report.Json() : report.Text());
        return report.Failed > 0 ? ExitCode.Failure : ExitCode.Ok;
    }

    private static TransferReport ToDatabase(Stream input, string database, bool isDry, Progress progress)
    {
        bool isNew = !File.Exists(database);
        string target = isDry ? NewTemporary() : database;
        using TemporaryFiles? temporary = isDry || isNew ? TemporaryFiles.OfDatabase(target) : null;
        long records;
        using (var restore = OverlayRestore.Open(target))
        {
            records = DumpLines.Read(input, restore, done => progress.Report(done, 0, "records"));
            restore.Commit();
        }

        // The commit's own sync is skipped while somebody reads the database.
        if (!isDry)
        {
            using var made = new OfflineDatabase(target);
            made.Sync();
        }

        if (!isDry)
            temporary?.Keep();
        return new TransferReport(records, 0, 0, isDry);
    }

    private static TransferReport ToMount(Stream input, ParseResult result, Progress progress)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        using SafeFd root = ExportCommand.MountRoot(result.GetValue(s_mountPoint)!);
        using var applier = new EntryApplier(root, result.GetValue(s_dryRun), (path, call, errno) =>
        {
            progress.Clear();
            error.WriteLine(ApplyCommand.Refusal(path, call, errno));
        });
        if (EntryFormats.Find(result.GetValue(s_format)!) is { } format)
        {
            // Read whole before the first change: a malformed line shall change nothing.
            List<Entry> entries = [.. format.Read(input)];
            using var interrupt = new Interrupt();
            List<Entry> named = ByName(entries, root, applier, interrupt.Token);
            ApplyCommand.ApplyAll(named, applier, progress, entries.Count, interrupt.Token);
        }
        else
        {
            FromDump(input, applier, progress);
        }

        return new TransferReport(applier.Applied, applier.Unchanged, applier.Failed, result.GetValue(s_dryRun));
    }

    // The paths of a complete export come out of its directories, so it becomes a database first.
    private static void FromDump(Stream input, EntryApplier applier, Progress progress)
    {
        string database = NewTemporary();
        using var temporary = TemporaryFiles.OfDatabase(database);
        long records;
        using (var restore = OverlayRestore.Open(database))
        {
            records = DumpLines.Read(input, restore, done => progress.Report(done, 0, "records read"));
            restore.Commit();
        }

        using OverlayReader reader = OverlayReader.Open(database);
        using var interrupt = new Interrupt();
        IEnumerable<Entry> entries = RecordedEntries.Of(
            reader, (what, why) => ApplyCommand.LeaveOut(applier, what, why));
        ApplyCommand.ApplyAll(entries, applier, progress, records, interrupt.Token);
    }

    // A form that knows inode numbers only: the mount is searched for them.
    private static List<Entry> ByName(
        List<Entry> entries, SafeFd root, EntryApplier applier, CancellationToken stop)
    {
        if (!entries.Exists(static entry => entry.Ino is not null))
            return entries;
        var byIno = entries.ToDictionary(static entry => entry.Ino!.Value);
        List<Entry> named = [];
        using var walk = new ShareWalk(
            (in WalkedName name) =>
            {
                if (byIno.Remove(name.Stat.Ino, out Entry? entry))
                    named.Add(entry with { Path = name.Path is [(byte)'.'] ? [] : name.Path.ToArray() });
                return name.Stat.Ino;
            },
            (path, errno) => applier.Miss(path, "open", errno), stop);
        walk.Run(root);
        foreach (ulong ino in byIno.Keys)
            applier.Miss(
                TextLines.Bytes(string.Create(CultureInfo.InvariantCulture, $"inode {ino}")),
                "no file of the mount has it", Errno.OK);
        return named;
    }

    private static Stream Open(string file)
    {
        if (file == "-")
            return Console.OpenStandardInput();
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Failure,
                $"{ByteText.ForDisplay(file)}: {FileErrors.Explain(e)}; FILE must be an export that you may read", e);
        }
    }

    private static string NewTemporary() => Path.Combine(Path.GetTempPath(), $"metafs-import-{Guid.NewGuid():N}.db");
}
