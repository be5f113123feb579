using MetaFs.Linux;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Probing;

/// <summary>What belongs together in a report.</summary>
internal enum ProbeSection
{
    Attributes,
    Objects,
    Xattrs,
    Names,
    Data,
    Identity,
    OpenFiles,
}

/// <summary>Something to try.</summary>
/// <param name="Name">Its key in JSON; never changes.</param>
/// <param name="Label">For people.</param>
/// <param name="Section">Where a report has it.</param>
/// <param name="Ask">Tries it, in files of its own.</param>
internal sealed record ProbeQuestion(
    string Name, string Label, ProbeSection Section, Func<ProbeSite, ProbeAnswer> Ask);

/// <summary>A question with its answer and with what a mount does about it.</summary>
/// <param name="Question">What was tried.</param>
/// <param name="Answer">What was seen.</param>
/// <param name="Consequence">What MetaFs does about it, for people.</param>
internal sealed record ProbeFact(ProbeQuestion Question, ProbeAnswer Answer, string Consequence)
{
    public string Name => Question.Name;
}

/// <summary>Something to know before the directory is mounted.</summary>
/// <param name="Name">Its key in JSON; never changes.</param>
/// <param name="Text">For people.</param>
internal sealed record ProbeWarning(string Name, string Text);

/// <summary>What MetaFs knows of a directory without trying, and who asks.</summary>
/// <param name="IsRoot">Whether the prober is root.</param>
/// <param name="IsLocal">Whether it is a POSIX file system of this machine.</param>
/// <param name="StableInodes">Whether a mount takes its inode numbers for stable.</param>
/// <param name="StampsLate">Whether a mount expects mtime to move after the last close.</param>
/// <param name="HandleIsIdentity">Whether a mount uses file handles where there is no creation time.</param>
internal sealed record ProbeContext(
    bool IsRoot, bool IsLocal, bool StableInodes, bool StampsLate, bool HandleIsIdentity)
{
    /// <summary>Whether a mount hides files that are removed or replaced while they are open.</summary>
    public bool HidesOpenFiles { get; init; }

    public static ProbeContext Of(ShareDescription share)
    {
        FileSystemFacts facts = FileSystemFacts.Of(share.Mount);
        return new ProbeContext(
            Libc.Geteuid() == 0, share.IsLocal, share.StableInodes, facts.StampsLate, facts.HandleIsIdentity)
        {
            HidesOpenFiles = facts.KeepsOpenNames,
        };
    }
}

/// <summary>All that was found out about a directory.</summary>
internal sealed record ProbeReport(
    byte[] Path, MountEntry Mount, ProbeContext Context, uint Uid, uint Gid,
    IReadOnlyList<ProbeFact> Facts, IReadOnlyList<ProbeWarning> Warnings);
