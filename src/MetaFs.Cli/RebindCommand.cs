// metafs rebind: tells a database that its share has another name or root now.
using System.CommandLine;
using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Rebinding;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli;

/// <summary><c>metafs rebind SHARE --db FILE [--by-path]</c>.</summary>
internal static class RebindCommand
{
    private static readonly Argument<string> s_share = new("SHARE")
    {
        Description = "the share's directory, as it is to be mounted over",
    };

    private static readonly Option<string> s_database = new("--db")
    {
        Description = "the database; not mounted",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<long?> s_volume = new("--volume")
    {
        Description = "whose records, where the database has several volumes",
        HelpName = "N",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id))
                return id;
            result.AddError($"--volume: '{ByteText.ForDisplay(text)}' is no number");
            return null;
        },
    };

    private static readonly Option<bool> s_byPath = new("--by-path")
    {
        Description = "the files were copied: find them by path, or size and mtime",
    };

    private static readonly Option<string?> s_content = new("--content")
    {
        Description = "with --by-path: the share as it was, to compare content",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run", "-n")
    {
        Description = "say what fits, change nothing",
    };

    private static readonly Option<bool> s_force = new("--force")
    {
        Description = "also if most records do not fit the share's files",
    };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    public static Command Create()
    {
        var command = new Command("rebind", "Tell a database that its share has another name or root now")
        {
            s_share, s_database, s_volume, s_byPath, s_content, s_dryRun, s_force, s_json, s_quiet,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_content) is not null && !result.GetValue(s_byPath))
                result.AddError("--content goes with --by-path");
        });
        command.SetAction(static result =>
        {
            TextWriter error = result.InvocationConfiguration.Error;
            using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "comparing");
            var request = new RebindRequest(
                result.GetValue(s_share)!, result.GetValue(s_database)!, result.GetValue(s_volume),
                result.GetValue(s_byPath), result.GetValue(s_content), result.GetValue(s_dryRun),
                result.GetValue(s_force));
            RebindOutcome outcome = Run(request, progress);
            progress.Clear();
            result.InvocationConfiguration.Output.WriteLine(
                result.GetValue(s_json) ? RebindReport.Json(outcome) : RebindReport.Text(outcome));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static RebindOutcome Run(RebindRequest request, Progress progress)
    {
        using CheckedShare share = CheckedShare.OfDatabase(request.Database, request.Share);
        using var interrupt = new Interrupt();
        try
        {
            OverlayReader.RequireThere(request.Database);
            ShareDescription description = ShareInfo.Describe(share.Root!);
            return request.ByPath
                ? RebindByPath.Run(request, share.Root!, description, Choose(request), progress, interrupt.Token)
                : ByNumber(request, share, description, progress, interrupt.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: nothing was changed", e);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (ShareException e)
        {
            throw new CliException(ExitCode.Share, $"{ByteText.ForDisplay(request.Share)}: {e.Message}", e);
        }
    }

    private static RebindOutcome ByNumber(
        RebindRequest request, CheckedShare share, ShareDescription description, Progress progress,
        CancellationToken stop)
    {
        // Also the lock: from here on nobody mounts it. And it brings an older schema up to date.
        using OfflineDatabase? database = request.DryRun ? null : new OfflineDatabase(request.Database);
        using OverlayReader reader = OverlayReader.Open(request.Database);
        Volume volume = Choose(reader.Volumes(), request);
        VolumeIdentity identity = volume.Identity.ByName ? description.NameIdentity : description.Identity;
        Volume? present = reader.FindVolume(identity);
        if (present is not null && present.Id != volume.Id)
            throw new CliException(
                ExitCode.Database,
                $"{request.Database}: the share is volume {present.Id} of it already, {present.Identity.Source}");
        RebindOutcome outcome = Compare(request, reader, share, volume, identity, progress, stop);
        RebindByPath.RequireMost(request, outcome, "a copy has other inode numbers: --by-path");
        if (database is null || present?.Identity == identity)
            return outcome;
        database.Require(database.Store.Rebind(volume.Id, identity));
        database.Sync();
        return outcome with { IsDone = true };
    }

    // The store brings an older schema up to date, and says if somebody has the database mounted.
    private static Volume Choose(RebindRequest request)
    {
        if (!request.DryRun)
            new OfflineDatabase(request.Database).Dispose();
        using OverlayReader reader = OverlayReader.Open(request.Database);
        return Choose(reader.Volumes(), request);
    }

    private static Volume Choose(IReadOnlyList<Volume> volumes, RebindRequest request)
    {
        (long? id, string database) = (request.Volume, request.Database);
        Volume? chosen = id is null && volumes.Count == 1 ? volumes[0] : volumes.FirstOrDefault(v => v.Id == id);
        if (chosen is not null)
            return chosen;
        string all = string.Join("; ", volumes.Select(static v => string.Create(
            CultureInfo.InvariantCulture, $"{v.Id}: {v.Identity.FileSystem} {v.Identity.Source}")));
        throw new CliException(
            id is null ? ExitCode.Usage : ExitCode.Database,
            volumes.Count == 0
                ? $"{database}: it has no volume yet; mount the share with it"
                : $"{database}: which volume? give --volume N of {all}");
    }

    private static RebindOutcome Compare(
        RebindRequest request, OverlayReader reader, CheckedShare share, Volume volume, in VolumeIdentity identity,
        Progress progress, CancellationToken stop)
    {
        long other = 0;
        using var check = new RecordCheck(
            reader, finding => other += finding.Kind == FindingKind.ReusedInode ? 1 : 0, volume.Id)
        {
            Walked = (names, path) => progress.Report(names, 0, "names", path),
        };
        check.Compare(share.Root!, stop);
        long records = check.Records - check.Elsewhere;
        return new RebindOutcome(
            request.Database, volume, identity, records, check.Found - other, check.NotComparable, false);
    }
}
