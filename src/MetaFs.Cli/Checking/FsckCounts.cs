namespace MetaFs.Cli.Checking;

/// <summary>The sums of a check.</summary>
internal sealed class FsckCounts
{
    private readonly long[] _findings = new long[Enum.GetValues<FindingKind>().Length];

    /// <summary>Names met on the share.</summary>
    public long Names { get; set; }

    /// <summary>Records of the database.</summary>
    public long Records { get; set; }

    /// <summary>Those whose file was found.</summary>
    public long Found { get; set; }

    /// <summary>Those of shares whose inode numbers move.</summary>
    public long NotComparable { get; set; }

    /// <summary>Those of other shares.</summary>
    public long Elsewhere { get; set; }

    /// <summary>Records out of service.</summary>
    public long Quarantined { get; set; }

    /// <summary>Extended attributes of records that are gone: nobody is shown them.</summary>
    public long OrphanXattrs { get; set; }

    /// <summary>Findings that somebody has to act on.</summary>
    public long Problems => Enum.GetValues<FindingKind>().Where(Finding.IsProblemKind).Sum(kind => this[kind]);

    public long this[FindingKind kind] => _findings[(int)kind];

    public void Add(FindingKind kind) => _findings[(int)kind]++;
}
