// What somebody should know before relying on a mount. Pure.
namespace MetaFs.Cli.Probing;

/// <summary>From facts to warnings.</summary>
internal static class ProbeWarnings
{
    public static IReadOnlyList<ProbeWarning> Of(IReadOnlyList<ProbeFact> facts, ProbeContext context)
    {
        ProbeVerdict Verdict(string name) =>
            facts.FirstOrDefault(f => f.Name == name)?.Answer.Verdict ?? ProbeVerdict.Untried;
        bool Ignores(params string[] names) => names.Any(n => Verdict(n) == ProbeVerdict.Ignores);

        var warnings = new List<ProbeWarning>();
        void WarnIf(bool holds, string name, string text)
        {
            if (holds)
                warnings.Add(new ProbeWarning(name, text));
        }

        bool moves = Ignores("inode_reopen", "inode_drop_caches");
        WarnIf(
            !context.StableInodes, "inodes_unstable",
            "Inode numbers are not stable here: a mount knows files by their names (identity=name), and what others rename "
            + "loses its record.");
        WarnIf(
            moves && context.StableInodes, "inodes_moved",
            "Inode numbers moved, though MetaFs takes this file system's for stable: records may be lost. Please "
            + "report it with the output of --json.");
        WarnIf(
            Ignores("btime_utimens", "btime_rename"), "btime_moves",
            "Creation times move, and with them MetaFs takes a file for another one: its record is set aside.");
        WarnIf(
            Verdict("btime") == ProbeVerdict.Absent && !context.HandleIsIdentity && !context.IsLocal, "guard_missing",
            "There is no creation time: a file that others make with the inode number of a removed one is told apart "
            + "from it only by its type.");
        WarnIf(
            Ignores("link_inode"), "links_apart",
            "Hard links show inode numbers of their own: a chown by one name does not show by the others.");
        WarnIf(
            Ignores("case_sensitive"), "case_ignored",
            "Names ignore case: two that differ only in it are one file.");
        WarnIf(
            (Ignores("unlink_open", "unlink_open_leftover") || Verdict("unlink_open_rmdir") == ProbeVerdict.Refuses)
            && !context.HidesOpenFiles,
            "unlinked_stays",
            "A file that is removed while it is open stays listed until its last close; rm -r of its directory may "
            + "answer ENOTEMPTY until then.");
        WarnIf(
            Ignores("mtime_after_close") && !context.StampsLate, "mtime_moves",
            "mtime moves after the last close: times that were set before may be lost.");
        return warnings;
    }
}
