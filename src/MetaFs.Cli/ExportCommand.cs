// metafs export: all that is recorded, for keeping, for another database, or for another program.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Terminals;
using MetaFs.Cli.Transfer;
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = System.IO.FileMode;

namespace MetaFs.Cli;

/// <summary><c>metafs export MOUNTPOINT</c> and <c>metafs export --db FILE</c>.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "export this database, mounted or not; only as json",
        HelpName = "FILE",
    };

    private static readonly Option<string> s_format = FormatOption();

    private static readonly Option<string?> s_output = new("--output", "-o")
    {
        Description = "write to this new file instead of standard output",
        HelpName = "FILE",
    };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("export", "Write out what is recorded")
        {
            s_mountPoint, s_database, s_format, s_output, s_quiet,
        };
        command.Validators.Add(Validate);
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    /// <summary>--format, as export and import have it.</summary>
    public static Option<string> FormatOption()
    {
        var format = new Option<string>("--format")
        {
            Description = "json (complete), " + string.Join(", ", EntryFormats.Words.AsSpan(1).ToArray()),
            HelpName = "FORMAT",
            DefaultValueFactory = static _ => EntryFormats.Complete,
        };
        format.CompletionSources.Add(EntryFormats.Words);
        return format;
    }

    /// <summary>The word given, if it is one; else says so.</summary>
    public static string? FormatOf(CommandResult result, Option<string> option)
    {
        string word = result.GetResult(option)?.Tokens is [.., var last] ? last.Value : EntryFormats.Complete;
        if (EntryFormats.Words.Contains(word))
            return word;
        result.AddError(
            $"--format: '{ByteText.ForDisplay(word)}' is none; give one of {string.Join(", ", EntryFormats.Words)}");
        return null;
    }

    private static void Validate(CommandResult result)
    {
        if (FormatOf(result, s_format) is not { } format)
            return;
        bool isComplete = format == EntryFormats.Complete;
        if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
            result.AddError("Give either MOUNTPOINT or --db FILE");
        else if (!isComplete && result.GetValue(s_database) is not null)
            result.AddError("That form needs what files show: give MOUNTPOINT; --db FILE goes with --format json");
    }

    private static ExitCode Run(ParseResult result)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        string? mountPoint = result.GetValue(s_mountPoint);
        string? output = result.GetValue(s_output);
        string database = mountPoint is null
            ? result.GetValue(s_database)!
            : BackupCommand.DatabaseOf(mountPoint, "export --db FILE");
        using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "exporting");
        bool isWhole = true;
        void Left(string what, string why)
        {
            isWhole = false;
            progress.Clear();
            error.WriteLine($"metafs: {what}: left out: {why}");
        }

        try
        {
            using OverlayReader reader = OverlayReader.Open(database, line => Left(database, line));
            string? part = output is null ? null : PartOf(output);
            using TemporaryFiles? temporary = part is null ? null : new TemporaryFiles(part);
            using Stream stream = part is null ? Console.OpenStandardOutput() : NewFile(part, output!);
            using var buffered = new BufferedStream(stream, 64 * 1024);
            if (EntryFormats.Find(result.GetValue(s_format)!) is { } format)
            {
                using SafeFd mount = MountRoot(mountPoint!);
                long done = 0;
                IEnumerable<Entry> entries = EffectiveEntries.Of(reader.Rows(), mount, Left)
                    .Select(entry =>
                    {
                        progress.Report(++done, 0, "records", entry.Path);
                        return entry;
                    });
                format.Write(entries, buffered, (entry, why) => Left(ByteText.ForDisplay(entry.Path), why));
            }
            else
            {
                DumpLines.Write(reader.Dump(), buffered, records => progress.Report(records, 0, "records"));
            }

            buffered.Flush();
            if (stream is FileStream file && DiskSync.Flush(file.SafeFileHandle) is { } problem)
                throw new IOException($"syncing it failed: {problem}; name a file on another disk");

            // rename(2) would replace a file that was made meanwhile.
            if (part is not null)
            {
                File.Move(part, output!, overwrite: false);
                DiskSync.RequireName(output!);
            }
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (IOException e)
        {
            throw new CliException(
                ExitCode.Failure, $"{ByteText.ForDisplay(output ?? "standard output")}: {FileErrors.Explain(e)}", e);
        }

        return isWhole ? ExitCode.Ok : ExitCode.Failure;
    }

    // Beside the file, which gets its name when it is complete. Short: that name may be as long as a name can be.
    private static string PartOf(string output) => Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(output)) ?? "/",
        string.Create(CultureInfo.InvariantCulture, $".metafs-export.{Environment.ProcessId}"));

    // What is there already may be an earlier export, the only copy of something.
    private static FileStream NewFile(string part, string path)
    {
        try
        {
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                throw new IOException("it exists", (int)Errno.EEXIST);
            return new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Failure,
                $"{ByteText.ForDisplay(path)}: {FileErrors.Explain(e)}; "
                + "name a file that is not there yet, in a directory of yours", e);
        }
    }

    /// <summary>The root of the mount that a directory is in.</summary>
    public static SafeFd MountRoot(string mountPoint)
    {
        Errno errno = ControlClient.Info(
            CString.FromTerminated(ByteText.ToTerminated(mountPoint)), out Passthrough.Control.ControlInfo? info);
        SafeFd root = SafeFd.Invalid;
        if (errno == Errno.OK)
            errno = CanonicalPath.OpenDirectory(info!.MountPoint, out root);
        if (errno == Errno.OK)
            return root;
        root.Dispose();
        string shown = ByteText.ForDisplay(mountPoint);
        throw errno == Errno.ENOTTY
            ? new CliException(ExitCode.Share, $"{shown}: {MountPlaces.NoMount}")
            : CliException.FromErrno(ExitCode.Share, shown, errno, "MOUNTPOINT must be a directory of a mount");
    }
}
