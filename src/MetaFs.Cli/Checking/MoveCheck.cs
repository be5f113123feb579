// Renames of which the database does not know whether they have happened, and whether the share tells it.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Checking;

/// <summary>Looks at both names of each such rename, as the next mount will do.</summary>
internal static class MoveCheck
{
    private const string ByMount = "whether it has happened is looked at by the next mount";

    /// <summary>Reports the renames that were noted before the walk and are still.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="check">Has walked the share.</param>
    /// <param name="root">The share; null: it is not there.</param>
    /// <param name="before">What was noted before the walk: a mount that goes on notes renames for a moment.</param>
    /// <param name="report">Receives the findings.</param>
    public static void Run(
        OverlayReader reader, RecordCheck check, SafeFd? root, IReadOnlyList<PendingMove> before,
        Action<Finding> report)
    {
        if (before.Count == 0)
            return;
        HashSet<long> known = [.. before.Select(static move => move.Id)];
        foreach (IGrouping<long, PendingMove> moves in reader.PendingMoves().Where(m => known.Contains(m.Id))
            .GroupBy(static move => move.Volume))
        {
            if (root is null || check.Met(moves.Key) is not var (top, ignoresCase))
            {
                foreach (PendingMove move in moves)
                    report(Found(FindingKind.PendingRename, move, ByMount));
                continue;
            }

            List<(PendingMove Move, string? Trouble, bool IsThere)> looks =
                [.. moves.Select(move => (move, Look(root, top, move, out bool isThere), isThere))];
            bool isStuck = looks.Exists(static look => look.Trouble is not null);
            foreach ((PendingMove move, string? trouble, bool isThere) in looks)
            {
                // As the mount has it: below a directory of one that is not settled anything may be.
                string? why = trouble
                    ?? (isStuck && !isThere ? "neither is there, and it may lie below a name of another one" : null);
                Finding finding = why is null
                    ? Found(FindingKind.PendingRename, move, ByMount)
                    : Found(
                        FindingKind.UnsettledRename, move,
                        $"{why}; both names are EIO until the share tells, or --settle {move.Id}=ANSWER says");
                report(ignoresCase
                    ? finding with { Forms = (Form(move.FromName), Form(move.ToName)) }
                    : finding);
            }
        }
    }

    private static Finding Found(FindingKind kind, PendingMove move, string detail) =>
        new(kind, null, move.FromPath ?? move.FromName, detail) { Move = move };

    private static byte[] Form(byte[] name) => NameBytes.WithoutCase(name).ToArray();

    // Null: the share tells of both names whether they are there.
    private static string? Look(SafeFd root, byte[] top, PendingMove move, out bool isThere)
    {
        isThere = false;
        foreach (byte[]? path in new[] { move.FromPath, move.ToPath })
        {
            Errno errno = path is null ? Errno.ENOENT : Stat(root, [.. top, (byte)'/', .. path]);
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.ENOTDIR))
                return $"{ByteText.ForDisplay(path!)}: {errno} ({ErrnoText.Describe(errno)})";
            isThere |= errno == Errno.OK;
        }

        return null;
    }

    // Step by step: no name on the way may be a symbolic link, and the path may be longer than PATH_MAX.
    private static Errno Stat(SafeFd root, ReadOnlySpan<byte> path)
    {
        OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        SafeFd? at = null;
        try
        {
            int slash;
            while ((slash = path.IndexOf((byte)'/')) >= 0)
            {
                CString step = CString.FromTerminated([.. path[..slash], 0]);
                Errno errno = Libc.Openat(at ?? root, step, flags, 0, out SafeFd next);
                at?.Dispose();
                at = next;
                if (errno != Errno.OK)
                    return errno;
                path = path[(slash + 1)..];
            }

            return Libc.Statx(
                at ?? root, CString.FromTerminated([.. path, 0]), AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out _);
        }
        finally
        {
            at?.Dispose();
        }
    }
}
