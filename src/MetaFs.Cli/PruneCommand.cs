// metafs prune: deletes the records of files that are gone, after it has said which.
using System.CommandLine;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Selecting;
using MetaFs.Cli.Terminals;

namespace MetaFs.Cli;

/// <summary><c>metafs prune MOUNTPOINT</c>, <c>--db FILE --share DIR</c>, <c>--quarantine --db FILE</c>.</summary>
internal static class PruneCommand
{
    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "prune this database, which is not mounted",
        HelpName = "FILE",
    };

    private static readonly Option<string?> s_share = new("--share")
    {
        Description = "with --db: the share's directory",
        HelpName = "DIR",
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run", "-n")
    {
        Description = "say what would be deleted, delete nothing",
    };

    private static readonly Option<bool> s_yes = new("--yes", "-y") { Description = "do not ask" };

    private static readonly Option<bool> s_quarantine = new("--quarantine")
    {
        Description = "with --db: delete what is in quarantine instead",
    };

    private static readonly Option<string?> s_older = new("--older")
    {
        Description = "with --quarantine: only what is there since before that, as 30d or 2026-11-30",
        HelpName = "AGE",
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "print one JSON object; needs --yes or --dry-run",
    };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("prune", "Delete records whose files are gone")
        {
            s_mountPoint, s_database, s_share, s_quarantine, s_older, s_dryRun, s_yes, s_json, s_quiet,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
                result.AddError("Give either MOUNTPOINT or --db FILE");
            else if (!result.GetValue(s_quarantine) && result.GetValue(s_older) is not null)
                result.AddError("--older goes with --quarantine");
            else if (result.GetValue(s_quarantine) && result.GetValue(s_database) is null)
                result.AddError("--quarantine needs --db FILE, a database that is not mounted");
            else if (result.GetValue(s_older) is { } age && !AgeOption.TryParse(age, PruneQuarantine.Now, out _))
                result.AddError($"--older: '{ByteText.ForDisplay(age)}' is no age; give {AgeOption.Form}");
            else if (!result.GetValue(s_quarantine)
                && result.GetValue(s_database) is null != result.GetValue(s_share) is null)
                result.AddError("--db FILE needs --share DIR: without its share nobody knows which files are gone");
            else if (result.GetValue(s_json) && !result.GetValue(s_yes) && !result.GetValue(s_dryRun))
                result.AddError("--json needs --yes or --dry-run");
        });
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    private static ExitCode Run(ParseResult result)
    {
        if (result.GetValue(s_quarantine))
            return PruneQuarantine.Run(
                result.GetValue(s_database)!, result.GetValue(s_older), result.GetValue(s_dryRun),
                result.GetValue(s_json), count => result.GetValue(s_yes) || Agrees(
                    count, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error),
                result.InvocationConfiguration.Output);
        TextWriter output = result.InvocationConfiguration.Output;
        TextWriter error = result.InvocationConfiguration.Error;
        bool dryRun = result.GetValue(s_dryRun);
        string? mountPoint = result.GetValue(s_mountPoint);
        using CheckedShare share = mountPoint is null
            ? CheckedShare.OfDatabase(result.GetValue(s_database)!, result.GetValue(s_share))
            : CheckedShare.OfMount(mountPoint, "prune");
        using IRecordRepair? repair = dryRun ? null : share.OpenRepair(mountPoint);
        using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "looking");
        using var report = new PruneReport(output, share, result.GetValue(s_json), dryRun);
        var counts = new FsckCounts();
        List<Finding> gone = [];
        ShareCheck.Run(
            share, counts,
            finding =>
            {
                if (finding.Kind != FindingKind.Leftover)
                    return;
                gone.Add(finding);
                report.Write(finding);
            },
            progress);
        long unreadable = counts[FindingKind.Unreadable];
        if (unreadable > 0)
            error.WriteLine("metafs: parts of the share could not be read; of the files there nothing is deleted");
        bool drops = repair is not null && gone.Count > 0
            && (result.GetValue(s_yes) || Agrees(gone.Count, output, error));
        long dropped = 0;
        foreach (Finding finding in drops ? gone : [])
        {
            dropped += repair!.Drop(finding) == RepairOutcome.Dropped ? 1 : 0;
            progress.Report(dropped, gone.Count, "records");
        }

        if (drops)
            repair!.Sync();
        progress.Clear();
        report.Finish(gone.Count, dropped, unreadable);
        return unreadable > 0 || (drops && dropped < gone.Count) ? ExitCode.Failure : ExitCode.Ok;
    }

    private static bool Agrees(int count, TextWriter output, TextWriter error)
    {
        if (Console.IsInputRedirected || !Terminal.IsTerminal(error))
            throw new CliException(
                ExitCode.Usage, "nobody is there to be asked; give --yes to delete them, or --dry-run to look only");
        output.Flush();
        error.Write($"Delete {(count == 1 ? "this record" : $"these {count} records")}? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
