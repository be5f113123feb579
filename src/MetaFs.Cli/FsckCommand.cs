// metafs fsck: whether database and share still fit together, and what can be done where not.
using System.CommandLine;
using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary>
/// <c>metafs fsck MOUNTPOINT</c> and <c>metafs fsck --db FILE [--share DIR [--settle NOTE=ANSWER]]</c>.
/// </summary>
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

    private static readonly Option<bool> s_repair = new("--repair")
    {
        Description = "set right what is found; records go into quarantine, none is deleted",
    };

    private static readonly Option<string[]> s_settle = SettleOption.Create();

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("fsck", "Check that a database is sound and fits its share")
        {
            s_mountPoint, s_database, s_share, s_repair, s_settle, s_json, s_quiet,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
                result.AddError("Give either MOUNTPOINT or --db FILE");
            if (result.GetValue(s_share) is not null && result.GetValue(s_database) is null)
                result.AddError("--share goes with --db FILE; a mount knows its share");
            string[] answers = result.GetValue(s_settle) ?? [];
            if (SettleOption.Trouble(answers) is { } trouble)
                result.AddError(trouble);
            else if (answers.Length > 0 && result.GetValue(s_share) is null)
                result.AddError("--settle needs --db FILE, a database that is not mounted, and --share DIR");
        });
        command.SetAction(static result =>
        {
            using CheckedShare share = result.GetValue(s_database) is { } database
                ? CheckedShare.OfDatabase(database, result.GetValue(s_share))
                : CheckedShare.OfMount(result.GetValue(s_mountPoint)!, "fsck");

            // Before anything is read: a database that is to be changed by us must not be mounted meanwhile.
            Dictionary<long, MoveAnswer> answers = SettleOption.Parse(result.GetValue(s_settle) ?? []);
            bool repairs = result.GetValue(s_repair);
            using IRecordRepair? repair = repairs || answers.Count > 0
                ? share.OpenRepair(result.GetValue(s_mountPoint))
                : null;
            using Progress progress = Progress.Start(
                result.InvocationConfiguration.Error, result.GetValue(s_quiet), "checking");
            TextWriter output = result.InvocationConfiguration.Output;
            using IFsckReport report = result.GetValue(s_json)
                ? new FsckJson(output, share)
                : new FsckText(output, share);
            return (int)Run(share, repair, repairs, answers, report, progress);
        });
        return command;
    }

    private static ExitCode Run(
        CheckedShare share, IRecordRepair? repair, bool repairs, Dictionary<long, MoveAnswer> answers,
        IFsckReport report, Progress progress)
    {
        var counts = new FsckCounts();
        List<Finding> repairable = [];
        ShareCheck.Run(
            share, counts,
            finding =>
            {
                report.Write(finding);
                if ((repairs && finding.IsRepairable) || answers.ContainsKey(finding.Move?.Id ?? 0))
                    repairable.Add(finding);
            },
            progress);
        RequireNotes(answers, repairable);
        List<Repaired> repaired = [];
        foreach (Finding finding in repairable)
        {
            repaired.Add(new Repaired(
                finding, finding.Move is { } move
                    ? repair!.Settle(finding, answers[move.Id])
                    : repair!.Repair(finding)));
            progress.Report(repaired.Count, repairable.Count, "repairs");
        }

        if (repaired.Count > 0)
            repair!.Sync();
        progress.Clear();
        report.Finish(counts, repair is null ? null : repaired);
        bool hasFailed = repaired.Exists(static r => r.Outcome == RepairOutcome.Failed);
        long solved = repaired.Count(static r => r.Finding.IsProblem && r.Outcome != RepairOutcome.Left);
        return hasFailed || counts.Problems > solved ? ExitCode.Failure : ExitCode.Ok;
    }

    private static void RequireNotes(Dictionary<long, MoveAnswer> answers, List<Finding> found)
    {
        foreach (long note in answers.Keys)
        {
            if (!found.Exists(finding => finding.Move?.Id == note))
                throw new CliException(
                    ExitCode.Failure,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"--settle: the database has no note {note}; nothing was changed"));
        }
    }
}
