// metafs fsck: whether database and share still fit together. Changes nothing.
using System.CommandLine;
using System.Runtime.InteropServices;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Reports;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary><c>metafs fsck MOUNTPOINT</c> and <c>metafs fsck --db FILE [--share DIR]</c>.</summary>
internal static class FsckCommand
{
    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "check this database, mounted or not",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_share = new("--share")
    {
        Description = "with --db: compare it with the files of this share",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    public static Command Create()
    {
        var command = new Command("fsck", "Check that a database is sound and fits its share; changes nothing")
        {
            s_mountPoint, s_database, s_share, s_json,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
                result.AddError("Give either MOUNTPOINT or --db FILE");
            if (result.GetValue(s_share) is not null && result.GetValue(s_database) is null)
                result.AddError("--share goes with --db FILE; a mount knows its share");
        });
        command.SetAction(static result =>
        {
            using CheckedShare share = result.GetValue(s_database) is { } database
                ? CheckedShare.OfDatabase(database, result.GetValue(s_share))
                : CheckedShare.OfMount(result.GetValue(s_mountPoint)!, "fsck");
            return (int)Run(share, result.GetValue(s_json), result.InvocationConfiguration.Output);
        });
        return command;
    }

    private static ExitCode Run(CheckedShare share, bool json, TextWriter output)
    {
        using IFsckReport report = json ? new FsckJson(output, share) : new FsckText(output, share);
        var counts = new FsckCounts();
        void Report(Finding finding)
        {
            counts.Add(finding.Kind);
            report.Write(finding);
        }

        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        try
        {
            using OverlayReader reader = OverlayReader.Open(
                share.Database, line => Report(new Finding(FindingKind.DamagedRecord, null, null, line)));
            foreach (string line in reader.Check())
                Report(new Finding(FindingKind.DamagedDatabase, null, null, line));
            Compare(reader, share.Root, Report, counts, stop.Token);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: what was found until now is not all", e);
        }

        report.Finish(counts);
        return counts.Problems > 0 ? ExitCode.Failure : ExitCode.Ok;
    }

    private static void Compare(
        OverlayReader reader, SafeFd? root, Action<Finding> report, FsckCounts counts, CancellationToken stop)
    {
        using var check = new RecordCheck(reader, report);
        if (root is null)
            check.CompareVolumes();
        else
            check.Compare(root, stop);
        counts.Names = check.Names;
        counts.Records = check.Records;
        counts.Found = check.Found;
        counts.NotComparable = check.NotComparable;
        counts.Elsewhere = check.Elsewhere;
        counts.Quarantined = reader.Counts().Quarantined;
    }
}
