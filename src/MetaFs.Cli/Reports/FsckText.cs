using System.Globalization;
using MetaFs.Cli.Checking;

namespace MetaFs.Cli.Reports;

/// <summary>How the findings of a check are told.</summary>
internal interface IFsckReport : IDisposable
{
    /// <summary>One finding, as it is made.</summary>
    void Write(Finding finding);

    /// <summary>The sums.</summary>
    void Finish(FsckCounts counts);
}

/// <summary>For people: a line per finding, then the sums.</summary>
internal sealed class FsckText(TextWriter output, CheckedShare share) : IFsckReport
{
    public void Write(Finding finding)
    {
        string word = finding.IsProblem ? "problem" : "note";
        string path = finding.Path is { } bytes ? ByteText.ForDisplay(bytes) : "";
        string inode = finding.Key is { } key
            ? string.Create(CultureInfo.InvariantCulture, $"inode {key.Ino} of volume {key.Volume}")
            : "";
        string subject = path.Length > 0 && inode.Length > 0 ? $"{path} ({inode})" : path + inode;
        output.WriteLine(subject.Length > 0
            ? $"{word}: {Word(finding.Kind)}: {subject}: {finding.Detail}"
            : $"{word}: {Word(finding.Kind)}: {finding.Detail}");
    }

    public void Finish(FsckCounts counts)
    {
        string verdict = counts.Problems == 0
            ? "clean"
            : Counted(counts.Problems, "problem");
        string compared = share.Name is null
            ? "not compared with a share"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{counts.Found} found among {Counted(counts.Names, "name")} of {ByteText.ForDisplay(share.Name)}");
        output.WriteLine($"{share.Database}: {verdict}: {Counted(counts.Records, "record")}, {compared}{Rest(counts)}");
    }

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
        Add(counts.NotComparable, "not comparable, as inode numbers move");
        Add(counts.Elsewhere, "of other shares");
        Add(counts.Quarantined, "in quarantine");
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
        _ => "unreadable",
    };
}
