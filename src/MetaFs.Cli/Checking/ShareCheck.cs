// What fsck and prune have in common: the walk, what it finds, and how far it is.
using MetaFs.Cli.Terminals;
using MetaFs.Overlay;

namespace MetaFs.Cli.Checking;

/// <summary>Checks a database, and compares it with its share where that is there.</summary>
internal static class ShareCheck
{
    /// <summary>Runs the whole check.</summary>
    /// <param name="share">What is checked.</param>
    /// <param name="counts">Receives the sums.</param>
    /// <param name="report">Receives the findings as they are made.</param>
    /// <param name="progress">Shows how far it is.</param>
    /// <exception cref="CliException">The database cannot be read, or ^C.</exception>
    public static void Run(CheckedShare share, FsckCounts counts, Action<Finding> report, Progress progress)
    {
        void Report(Finding finding)
        {
            counts.Add(finding.Kind);
            progress.Clear();
            report(finding);
        }

        using var interrupt = new Interrupt();
        try
        {
            using OverlayReader reader = OverlayReader.Open(share.Database);
            reader.LeftOut = (key, line) => Report(new Finding(FindingKind.DamagedRecord, key, null, line));
            foreach (string line in reader.Check())
                Report(new Finding(FindingKind.DamagedDatabase, null, null, line));
            Compare(reader, share, Report, counts, progress, interrupt.Token);
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Failure, "interrupted: what was found until now is not all", e);
        }

        progress.Clear();
    }

    private static void Compare(
        OverlayReader reader, CheckedShare share, Action<Finding> report, FsckCounts counts, Progress progress,
        CancellationToken stop)
    {
        using var check = new RecordCheck(reader, report)
        {
            Walked = (names, path) => progress.Report(names, 0, "names", path),
        };
        IReadOnlyList<PendingMove> moves = reader.PendingMoves();
        if (share.Root is null)
            check.CompareVolumes();
        else
            check.Compare(share.Root, stop);
        share.RequireKnown(check.IsKnown || check.Elsewhere < check.Records, check.Records);
        MoveCheck.Run(reader, check, share.Root, moves, report);
        counts.Names = check.Names;
        counts.Records = check.Records;
        counts.Found = check.Found;
        counts.NotComparable = check.NotComparable;
        counts.Elsewhere = check.Elsewhere;
        OverlayCounts rows = reader.Counts();
        counts.Quarantined = rows.Quarantined;
        counts.OrphanXattrs = rows.OrphanXattrs;
    }
}
