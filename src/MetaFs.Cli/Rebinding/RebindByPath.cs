// metafs rebind --by-path: the files were copied to another server or disk, and have other inode numbers there.
using System.Globalization;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Rebinding;

/// <summary>Makes a database of the same records for other inode numbers, in the place of the old one.</summary>
internal static class RebindByPath
{
    /// <summary>Finds the files, and swaps.</summary>
    public static RebindOutcome Run(
        RebindRequest request, SafeFd root, ShareDescription description, Volume volume, Progress progress,
        CancellationToken stop)
    {
        if (!volume.Identity.ByName && !description.StableInodes)
            throw new CliException(
                ExitCode.Share,
                $"{ByteText.ForDisplay(request.Share)}: its inode numbers move, and this database goes by numbers; "
                + "make a new one: metafs export --db FILE -o DUMP, mount the share with another db=, "
                + "metafs import DUMP MOUNTPOINT");
        VolumeIdentity identity = volume.Identity.ByName ? description.NameIdentity : description.Identity;
        using SafeFd? before = request.Content is null
            ? null
            : CanonicalPath.RequireDirectory(request.Content, "--content DIR must be the share's directory as it was");
        using ContentCheck? content = before is null ? null : new ContentCheck(before);
        using OverlayReader reader = OverlayReader.Open(request.Database);
        long unreadable = 0;
        var match = new PathMatch(reader, volume, FileSystemFacts.Of(description.Mount), content)
        {
            Walked = (names, path) => progress.Report(names, 0, "names", path),
            Unreadable = (_, _) => unreadable++,
        };
        match.Run(root, stop);
        if (unreadable > 0 && !request.Force)
            throw new CliException(
                ExitCode.Share,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{request.Share}: {unreadable} places could not be read, so their records would be lost; "
                    + $"--force loses them"));
        var outcome = new RebindOutcome(
            request.Database, volume, identity, match.Records, match.Matched.Count, 0, false)
        {
            ByPath = new ByPathOutcome(
                match.Moved, match.LostTimes,
                [.. match.Unmatched.Select(static lost => (lost.Value.Path, lost.Key, lost.Value.Why))], null),
        };
        RequireMost(request, outcome, "look at --dry-run");
        if (request.DryRun)
            return outcome;
        progress.Clear();
        string previous = Swap(request.Database, volume, identity, reader, match, progress);
        return outcome with { IsDone = true, ByPath = outcome.ByPath with { Previous = previous } };
    }

    /// <summary>Refuses where most records have no file: it is hardly the same share.</summary>
    public static void RequireMost(RebindRequest request, RebindOutcome outcome, string cure)
    {
        if (!request.Force && outcome.Fitting * 2 < outcome.Records)
            throw new CliException(
                ExitCode.Database,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{request.Share}: only {outcome.Fitting} of {outcome.Records} records fit its files, so it is "
                    + $"hardly that share ({cure}); --force rebinds all the same"));
    }

    private static string Swap(
        string database, Volume volume, in VolumeIdentity identity, OverlayReader reader, PathMatch match,
        Progress progress)
    {
        using OverlayRebuild rebuild = OverlayRebuild.Open(database, volume, DiskSync.Flush);
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        foreach ((ulong ino, (_, string why)) in match.Unmatched)
            rebuild.Retire(ino, $"rebind: {why}", now);
        rebuild.Clear();
        HashSet<ulong> placed = [];
        long done = 0;
        foreach (OverlayRow row in reader.Rows())
        {
            if (row.Key.Volume != volume.Id || !match.Matched.TryGetValue(row.Key.Ino, out MatchedRecord found))
                continue;
            rebuild.Put(found.Ino, found.Record, reader.XattrsWithValues(row));
            if (!volume.Identity.ByName)
                Place(rebuild, match.Directories, found.Record.Hint.Parent, placed);
            progress.Report(++done, match.Matched.Count, "records");
        }

        string previous = rebuild.Swap(identity);
        try
        {
            DiskSync.RequireName(database);
        }
        catch (IOException e)
        {
            throw new CliException(
                ExitCode.Database, $"{database}: {e.Message}; the database of before is {previous}", e);
        }

        return previous;
    }

    // All directories above, up to the first that has its row, or the root.
    private static void Place(
        OverlayRebuild rebuild, Dictionary<ulong, PathHint> directories, ulong ino, HashSet<ulong> placed)
    {
        while (directories.TryGetValue(ino, out PathHint hint) && placed.Add(ino))
        {
            rebuild.PutDirectory(ino, hint.Parent, hint.Name!);
            ino = hint.Parent;
        }
    }
}
