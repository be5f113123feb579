// How it is found out whether a directory has what a case needs.
using System.Text;
using MetaFs.Posix.Cases;

namespace MetaFs.Posix.Needs;

/// <summary>Something that not every directory has.</summary>
/// <param name="Need">What cases ask for.</param>
/// <param name="Probe">Tries it in a fresh directory; the reason where it is lacking.</param>
internal sealed record Feature(Need Need, Func<CaseDirectory, string?> Probe)
{
    /// <summary>
    /// Whether it may hold once and not the next time, as caches and clocks will. Then only the bare share is asked:
    /// what it lacks, nothing above can promise.
    /// </summary>
    public bool IsOfTheMoment { get; private init; }

    /// <summary>Every feature, in the order of <see cref="Need"/>.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        new(Need.Symlink, ObjectProbes.Symlink),
        new(Need.Link, ObjectProbes.Link),
        new(Need.Fifo, d => ObjectProbes.Node(d, FileMode.S_IFIFO)),
        new(Need.Socket, d => ObjectProbes.Node(d, FileMode.S_IFSOCK)),
        new(Need.Device, d => ObjectProbes.Node(d, FileMode.S_IFCHR)),
        new(Need.Mknod, d => ObjectProbes.Node(d, FileMode.S_IFREG)),
        new(Need.Xattr, ObjectProbes.Xattr),
        new(Need.EmptyXattr, Unless(XattrCases.EmptyReadsBack)),
        new(Need.XattrFlags, Unless(XattrCases.CreateAndReplace)),
        new(Need.Tmpfile, ObjectProbes.Tmpfile),
        new(Need.Noreplace, ObjectProbes.Noreplace),
        new(Need.Exchange, ObjectProbes.Exchange),
        new(Need.Fallocate, DataProbes.Fallocate),
        new(Need.CopyFileRange, DataProbes.CopyFileRange),
        new(Need.LargeFiles, DataProbes.LargeFiles),
        new(Need.AppenderMappings, Unless(SparseAndAppendCases.APageMappedThroughAnAppenderStaysWhereItIs)),
        new(Need.Holes, DataProbes.Holes),
        new(Need.CaseSensitiveNames, NameProbes.CaseSensitive),
        new(Need.AnyBytes, d => NameProbes.Keeps(d, "\xFF\xFE")),
        new(Need.Backslash, d => NameProbes.Keeps(d, "a\\b")),
        new(Need.ForbiddenCharacters, d => NameProbes.Keeps(d, "a:b*c?d<e>f|g\"h", "a\nb", "\x01")),
        new(Need.TrailingDots, d => NameProbes.Keeps(d, "dot.", "space ", " ")),
        new(Need.DeviceNames, d => NameProbes.Keeps(d, "nul", "con", "aux.txt", "com1")),
        new(Need.LongNames, d => NameProbes.Keeps(d, new string('n', 255))),
        new(Need.NameLimit, NameProbes.NameLimit),
        new(Need.DeepTrees, NameProbes.DeepTrees),
        new(Need.DirectoryLinks, NameProbes.DirectoryLinks),
        new(Need.LinkedInodes, NameProbes.LinkedInodes),
        new(Need.LinkCounts, NameProbes.LinkCounts),
        new(Need.ListedDots, Unless(ReadDirectoryCases.HasTheDots)),
        new(Need.Rewind, Unless(ReadDirectoryCases.RewindShowsNewNames)),
        new(Need.ListedSymlinks, Unless(d => ReadDirectoryCases.ShowsTypeAndInode(d, FileMode.S_IFLNK))),
        new(Need.RemovingWhileListing, Unless(ReadDirectoryCases.RemovingMissesNothing)) { IsOfTheMoment = true },
        new(Need.Atime, d => Unless(TimestampsMovedCases.Rows('a', "Read", "Readdir"))(d) ?? TimeProbes.CachedRead(d))
            { IsOfTheMoment = true },
        new(Need.FineAtime, TimeProbes.FineAtime),
        new(Need.PromptAtime, Unless(CreateModesCases.NewFilesWereReadNow)),
        new(Need.QuietAtime, Unless(TimestampsMovedCases.Rows('a', "OpenAndClose", "Write", "Overwrite")))
            { IsOfTheMoment = true },
        new(Need.PromptDirectoryTimes, Unless(TimestampsMovedCases.Rows('m', "Creat", "Mkdir")))
            { IsOfTheMoment = true },
        new(Need.RenameMovesDirectoryTimes, Unless(TimestampsMovedCases.ByRenameIntoADirectory)),
        new(Need.PromptWriteTimes, Unless(TimestampsMovedCases.Rows('m', "Overwrite", "MmapWrite")))
            { IsOfTheMoment = true },
        new(Need.PromptServerTimes, Unless(TimestampsMovedCases.Rows('m', "Fallocate"))) { IsOfTheMoment = true },
        new(Need.FineCtime, TimeProbes.FineCtime) { IsOfTheMoment = true },
        new(Need.RenameMovesCtime, TimeProbes.RenameMovesCtime),
        new(Need.OutwardSymlinks, Unless(SymlinkCases.LeadsOut)),
        new(Need.NotEmptyError, Unless(RenameCases.OverADirectoryThatIsNotEmptyIsENOTEMPTY)),
        new(Need.ZeroDevice, ObjectProbes.ZeroDevice),
        new(Need.LinkMovesCtime, TimeProbes.LinkMovesCtime),
        new(Need.UnlinkedName, d => Unless(OpenUnlinkedCases.TheNameIsGone)(d) ?? OpenFileProbes.UnlinkedName(d)),
        new(Need.UnlinkedEntry, OpenFileProbes.UnlinkedEntry),
        new(Need.UnlinkedChmod, OpenFileProbes.UnlinkedChmod),
        new(Need.UnlinkedLinks, Unless(OpenUnlinkedCases.HasNoLinks)),
        new(Need.ReplaceOpen, OpenFileProbes.ReplaceOpen),
        new(Need.RenameAboveOpen, OpenFileProbes.RenameAboveOpen),
    ];

    /// <summary>As --lacks and the report name it: case-sensitive-names.</summary>
    public string Word => WordOf(Need);

    /// <summary>What cannot be told otherwise than by the case itself.</summary>
    private static Func<CaseDirectory, string?> Unless(Action<CaseDirectory> body) => d =>
    {
        try
        {
            body(d);
            return null;
        }
        catch (ExpectationException e)
        {
            return e.Message;
        }
    };

    public static string WordOf(Need need)
    {
        StringBuilder word = new();
        foreach (char letter in need.ToString())
        {
            if (char.IsUpper(letter) && word.Length > 0)
                word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }
}
