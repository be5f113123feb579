using System.Globalization;
using MetaFs.Cli.Checking;
using MetaFs.Cli.Terminals;

namespace MetaFs.Cli.Reports;

/// <summary>How the findings of a check are told.</summary>
internal interface IFsckReport : IDisposable
{
    /// <summary>One finding, as it is made.</summary>
    void Write(Finding finding);

    /// <summary>The sums.</summary>
    /// <param name="counts">What was found.</param>
    /// <param name="repaired">What was done about it; null: nothing was to be done.</param>
    void Finish(FsckCounts counts, IReadOnlyList<Repaired>? repaired);
}

/// <summary>For people: a line per finding, then the sums.</summary>
internal sealed class FsckText(TextWriter output, CheckedShare share) : IFsckReport
{
    private readonly Ink _ink = Ink.For(output);

    public void Write(Finding finding)
    {
        string word = finding.IsProblem ? "problem" : "note";
        string subject = Subject(finding);
        string painted = finding.IsProblem ? _ink.Bad(word) : _ink.Notable(word);
        output.WriteLine(subject.Length > 0
            ? $"{painted}: {Word(finding.Kind)}: {subject}: {finding.Detail}"
            : $"{painted}: {Word(finding.Kind)}: {finding.Detail}");
    }

    public void Finish(FsckCounts counts, IReadOnlyList<Repaired>? repaired)
    {
        foreach (Repaired done in repaired ?? [])
        {
            string painted = done.Outcome == RepairOutcome.Failed ? _ink.Bad("repair") : _ink.Good("repair");
            output.WriteLine($"{painted}: {Word(done.Finding.Kind)}: {Subject(done.Finding)}: {Word(done.Outcome)}");
        }

        string verdict = counts.Problems == 0
            ? "clean"
            : Counted(counts.Problems, "problem");
        string compared = share.Name is null
            ? "not compared with a share"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{counts.Found} found among {Counted(counts.Names, "name")} of {ByteText.ForDisplay(share.Name)}");
        output.WriteLine($"{share.Database}: {verdict}: {Counted(counts.Records, "record")}, {compared}{Rest(counts)}");
        if (repaired is not null)
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{share.Database}: repaired: {Sum(repaired, RepairOutcome.Quarantined)} moved to quarantine, "
                + $"{Sum(repaired, RepairOutcome.Corrected)} corrected, {Sum(repaired, RepairOutcome.Left)} left, "
                + $"{Sum(repaired, RepairOutcome.Failed)} failed"));
    }

    /// <summary>The file and its inode, as far as known.</summary>
    internal static string Subject(Finding finding)
    {
        string path = finding.Path is { } bytes ? ByteText.ForDisplay(bytes) : "";
        if (finding.Move is { } move)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{path} to {ByteText.ForDisplay(move.ToPath ?? move.ToName)} (note {move.Id} of volume {move.Volume})");
        string inode = finding.Key is { } key
            ? string.Create(CultureInfo.InvariantCulture, $"inode {key.Ino} of volume {key.Volume}")
            : "";
        return path.Length > 0 && inode.Length > 0 ? $"{path} ({inode})" : path + inode;
    }

    private static int Sum(IReadOnlyList<Repaired> repaired, RepairOutcome outcome) =>
        repaired.Count(r => r.Outcome == outcome);

    private static string Word(RepairOutcome outcome) => outcome switch
    {
        RepairOutcome.Quarantined => "moved to quarantine",
        RepairOutcome.Corrected => "corrected",
        RepairOutcome.Dropped => "dropped",
        RepairOutcome.Failed => "failed: the database could not be written; see that its disk works and has room",
        _ => "left: in use or changed meanwhile; the mount looks after it",
    };

    public void Dispose()
    {
    }

    private static string Counted(long count, string what) => string.Create(
        CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Rest(FsckCounts counts)
    {
        var parts = new List<string>();
        void Add(long count, string what)
        {
            if (count > 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $", {count} {what}"));
        }

        Add(counts[FindingKind.Leftover], "left over from removed files");
        Add(counts[FindingKind.ReusedInode], "of reused inode numbers");
        Add(counts[FindingKind.VoidTimes], "with void times");
        Add(counts[FindingKind.MovedFile], "of moved files");
        Add(counts[FindingKind.PendingRename], "pending renames");
        Add(counts.NotComparable, "not comparable, as inode numbers move");
        Add(counts.Elsewhere, "of other shares");
        Add(counts.Quarantined, "in quarantine");
        Add(counts.OrphanXattrs, "extended attributes of nobody");
        return string.Concat(parts);
    }

    private static string Word(FindingKind kind) => kind switch
    {
        FindingKind.DamagedDatabase => "damaged database",
        FindingKind.DamagedRecord => "damaged record",
        FindingKind.UnknownVolume => "unknown volume",
        FindingKind.Leftover => "left over",
        FindingKind.ReusedInode => "reused inode number",
        FindingKind.VoidTimes => "void times",
        FindingKind.MovedFile => "moved file",
        FindingKind.PendingRename => "pending rename",
        FindingKind.UnsettledRename => "unsettled rename",
        _ => "unreadable",
    };
}
