// metafs rebind: tells a database that its share has another name or root now.
using System.CommandLine;
using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli;

/// <summary><c>metafs rebind SHARE --db FILE</c>.</summary>
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
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "say what fits, change nothing" };

    private static readonly Option<bool> s_force = new("--force")
    {
        Description = "also if most records do not fit the share's files",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    public static Command Create()
    {
        var command = new Command("rebind", "Tell a database that its share has another name or root now")
        {
            s_share, s_database, s_volume, s_dryRun, s_force, s_json,
        };
        command.SetAction(static result =>
        {
            var request = new Request(
                result.GetValue(s_share)!, result.GetValue(s_database)!, result.GetValue(s_volume),
                result.GetValue(s_dryRun), result.GetValue(s_force));
            RebindOutcome outcome = Run(request);
            result.InvocationConfiguration.Output.WriteLine(
                result.GetValue(s_json) ? RebindReport.Json(outcome) : RebindReport.Text(outcome));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static RebindOutcome Run(Request request)
    {
        using CheckedShare share = CheckedShare.OfDatabase(request.Database, request.Share);
        if (!File.Exists(request.Database))
            throw new CliException(ExitCode.Database, $"there is no database {ByteText.ForDisplay(request.Database)}");
        try
        {
            ShareDescription description = ShareInfo.Describe(share.Root!);

            // Also the lock: from here on nobody mounts it.
            using SqliteOverlayStore store = SqliteOverlayStore.Open(request.Database, new OverlayOpenOptions());
            Volume volume = Choose(store, request.Volume, request.Database);
            VolumeIdentity identity = volume.Identity.ByName ? description.NameIdentity : description.Identity;
            Volume? present = store.FindVolume(identity, out Volume? found) == OverlayStatus.Ok ? found : null;
            if (present is not null && present.Id != volume.Id)
                throw new CliException(
                    ExitCode.Database,
                    $"{request.Database}: the share is volume {present.Id} of it already, {present.Identity.Source}");
            RebindOutcome outcome = Compare(request, share, volume, identity);
            if (!request.Force && outcome.Fitting * 2 < outcome.Records)
                throw new CliException(
                    ExitCode.Database,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{request.Share}: only {outcome.Fitting} of {outcome.Records} records fit its files, so it is "
                        + $"hardly that share (a copy has other inode numbers); --force rebinds all the same"));
            if (request.DryRun || present?.Identity == identity)
                return outcome;
            if (store.Rebind(volume.Id, identity) != OverlayStatus.Ok || store.Sync() != OverlayStatus.Ok)
                throw new CliException(ExitCode.Database, $"{request.Database}: the change could not be written");
            return outcome with { IsDone = true };
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

    private static Volume Choose(SqliteOverlayStore store, long? id, string database)
    {
        IReadOnlyList<Volume> volumes = store.Volumes();
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
        Request request, CheckedShare share, Volume volume, in VolumeIdentity identity)
    {
        long other = 0;
        using OverlayReader reader = OverlayReader.Open(request.Database);
        using var check = new RecordCheck(
            reader, finding => other += finding.Kind == FindingKind.ReusedInode ? 1 : 0, volume.Id);
        using var interrupt = new Interrupt();
        try
        {
            check.Compare(share.Root!, interrupt.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: nothing was changed", e);
        }

        long records = check.Records - check.Elsewhere;
        return new RebindOutcome(
            request.Database, volume, identity, records, check.Found - other, check.NotComparable, false);
    }

    private sealed record Request(string Share, string Database, long? Volume, bool DryRun, bool Force);
}

/// <summary>What a rebind found and did.</summary>
/// <param name="Database">The file.</param>
/// <param name="Before">The volume as it was.</param>
/// <param name="After">The share as it is.</param>
/// <param name="Records">Records of the volume.</param>
/// <param name="Fitting">Those that an inode of the share fits.</param>
/// <param name="NotComparable">Those that cannot be compared, as inode numbers move.</param>
/// <param name="IsDone">Whether the database was changed.</param>
internal sealed record RebindOutcome(
    string Database, Volume Before, VolumeIdentity After, long Records, long Fitting, long NotComparable, bool IsDone);
