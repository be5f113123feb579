using MetaFs.Model.Operations;
using MetaFs.Model.State;

namespace MetaFs.Model.Checks;

/// <summary>A look at every file of an actor, held against the tree, or against two trees of which either may hold.</summary>
/// <remarks>
/// After a kill the operation in flight has happened or has not: each single field must be as before or as after. The names
/// decide which of the trees the actor goes on with.
/// </remarks>
internal sealed class Verification(SafeFd root, SafeFd? share, string prefix, Comparison comparison)
{
    private readonly Dictionary<string, Statx?> _stats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Statx> _shareStats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, Listed>?> _listings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _data = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, byte[]>> _xattrs = new(StringComparer.Ordinal);
    private readonly List<Difference> _errors = [];
    private long _now;

    /// <summary>Looks at single things so far.</summary>
    public long Checks { get; private set; }

    /// <summary>Fields of a new file of the operation in flight that are the share's: it was made, and not yet adopted.</summary>
    public int HalfMade { get; private set; }

    /// <summary>Compares, and makes the tree what is shown.</summary>
    /// <param name="tree">What must be.</param>
    /// <param name="after">What may be instead; null: nothing was in flight.</param>
    /// <param name="inFlight">The operation between the two.</param>
    /// <param name="goesOn">The tree that holds.</param>
    public List<Difference> Run(Tree tree, Tree? after, Operation? inFlight, out Tree goesOn)
    {
        goesOn = tree;
        if (after is not null && inFlight!.Kind is OperationKind.Mknod or OperationKind.Symlink)
            AcceptPlainFile(after, inFlight.Path);
        Gather(after is null ? [tree] : [tree, after]);
        List<Difference> found = Compare(tree);
        if (after is not null)
        {
            List<Difference> foundAfter = Compare(after);
            (List<Difference> ofChosen, List<Difference> ofOther) = (foundAfter, found);
            goesOn = after;
            if (IsNearer(found, foundAfter))
            {
                (ofChosen, ofOther) = (found, foundAfter);
                goesOn = tree;
            }

            Tree other = ReferenceEquals(goesOn, tree) ? after : tree;
            Tree chosen = goesOn;
            found = [.. ofChosen.Where(one => !IsExcused(one, chosen, other, ofOther, inFlight!))];
        }

        foreach ((string path, Inode inode) in goesOn.Names)
            TakeOver(path, inode);
        return [.. _errors, .. found];
    }

    // A share that lacks the type has a plain file first, which is one until the record says what it stands for.
    private void AcceptPlainFile(Tree after, string path)
    {
        if (Look.Stat(root, path, AtFlags.None, out Statx stat) != Errno.OK || !FileMode.IsRegular(stat.Mode)
            || Look.ReadAll(root, path, (int)stat.Size, out byte[] data) != Errno.OK)
            return;
        after.BecomeFile(path, data);
        HalfMade++;
    }

    // The names and whose they are decide; the attributes only where those tell nothing.
    private static bool IsNearer(List<Difference> found, List<Difference> foundAfter)
    {
        int names = found.Count(IsOfName);
        int namesAfter = foundAfter.Count(IsOfName);
        return names == namesAfter ? found.Count < foundAfter.Count : names < namesAfter;
    }

    private static bool IsOfName(Difference one) => one.Field is "entry" or "name" or "ino" or "type" or "d_type" or "d_ino";

    private void Gather(Tree[] trees)
    {
        // All of stat comes first: reading moves access times.
        foreach ((string path, _) in trees.SelectMany(tree => tree.Names))
        {
            if (_stats.ContainsKey(path))
                continue;
            Errno errno = Look.Stat(root, path, AtFlags.None, out Statx stat);
            _stats[path] = errno == Errno.OK ? stat : null;
            if (share is not null && Look.Stat(share, path, AtFlags.None, out Statx bare) == Errno.OK)
                _shareStats[path] = bare;
            Checks++;
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.ENOTDIR))
                _errors.Add(Unexpected(path, "stat", errno));
        }

        _now = Libc.RealtimeNanoseconds();
        foreach ((string path, _) in trees.SelectMany(tree => tree.Directories))
        {
            if (_listings.ContainsKey(path))
                continue;
            Errno errno = Look.ReadDirectory(root, path, prefix, out Dictionary<string, Listed> names);
            _listings[path] = errno == Errno.OK ? names : null;
            Checks++;
            if (errno is not (Errno.OK or Errno.ENOENT or Errno.ENOTDIR))
                _errors.Add(Unexpected(path, "readdir", errno));
        }

        foreach ((string path, Inode inode) in trees.SelectMany(tree => tree.Names))
            GatherContent(path, inode);
    }

    private void GatherContent(string path, Inode inode)
    {
        if (_stats[path] is not { } stat || FileMode.TypeOf(stat.Mode) != inode.Type || _data.ContainsKey(path)
            || _targets.ContainsKey(path))
            return;
        Errno errno = Errno.OK;
        if (inode.Type == FileMode.S_IFLNK)
        {
            errno = Look.Readlink(root, path, out string target);
            _targets[path] = target;
        }
        else if (inode.IsRegular)
        {
            errno = Look.ReadAll(root, path, (int)stat.Size, out byte[] data);
            _data[path] = data;
        }

        if (errno == Errno.OK && inode.HasXattrs && (errno = XattrsOf(root, path, out SortedDictionary<string, byte[]> xattrs)) == Errno.OK)
            _xattrs[path] = xattrs;
        Checks++;
        if (errno != Errno.OK)
            _errors.Add(Unexpected(path, "read", errno));
    }

    private static Errno XattrsOf(SafeFd directory, string path, out SortedDictionary<string, byte[]> xattrs)
    {
        xattrs = new(StringComparer.Ordinal);
        Errno errno = Libc.Openat(
            directory, ByteString.ToC(path), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            errno = Look.ReadXattrs(fd, out xattrs);
            return errno == Errno.EOPNOTSUPP ? Errno.OK : errno;
        }
    }

    private List<Difference> Compare(Tree tree)
    {
        List<Difference> found = [];
        foreach ((string path, Inode directory) in tree.Directories)
        {
            if (_listings[path] is { } names)
                found.AddRange(Comparison.Listing(tree, path, directory, names));
        }

        foreach ((string path, Inode inode) in tree.Names)
        {
            if (_stats[path] is not { } stat)
            {
                found.Add(Difference.Of(path, inode, "name", "found", "ENOENT") with { Harm = Harm.Hidden });
                continue;
            }

            found.AddRange(comparison.Attributes(tree, path, inode, stat, _now));
            if (_targets.TryGetValue(path, out string? target)
                && !string.Equals(target, inode.Target, StringComparison.Ordinal))
                found.Add(Difference.Of(path, inode, "target", inode.Target, target));
            if (_data.TryGetValue(path, out byte[]? data) && Comparison.Data(path, inode, data) is { } ofData)
                found.Add(ofData);
            if (_xattrs.TryGetValue(path, out SortedDictionary<string, byte[]>? xattrs)
                && Comparison.Xattrs(path, inode, xattrs) is { } ofXattrs)
                found.Add(ofXattrs);
        }

        return found;
    }

    // What the other tree allows; data byte for byte; and what the share shows of a file that was just being made.
    private bool IsExcused(Difference one, Tree chosen, Tree other, List<Difference> ofOther, Operation inFlight)
    {
        bool isKnown = one.Inode == 0 || other.Has(one.Inode);
        if (isKnown && !ofOther.Exists(one.IsOfSame))
            return true;
        if (isKnown && one.Field is "data" or "size")
            return one.Inode != 0 && _data.TryGetValue(one.Path, out byte[]? got)
                && IsMixture(got, chosen[one.Inode].Data, other[one.Inode].Data);
        bool isBeingMade = !isKnown && inFlight.Kind is OperationKind.Create or OperationKind.Mkdir
            or OperationKind.Mknod or OperationKind.Symlink or OperationKind.LinkHandle;
        if (!isBeingMade || !ShowsTheShare(one))
            return false;
        HalfMade++;
        return true;
    }

    private bool ShowsTheShare(Difference one)
    {
        if (_stats[one.Path] is not { } shown || !_shareStats.TryGetValue(one.Path, out Statx bare))
            return false;
        return one.Field switch
        {
            "uid" => shown.Uid == bare.Uid,
            "gid" => shown.Gid == bare.Gid,
            "mode" => shown.Mode == bare.Mode,
            "mtime" => shown.MtimeNs == bare.MtimeNs,
            "atime" => shown.AtimeNs == bare.AtimeNs,
            // Below a default ACL the share gives a new file its own.
            "xattrs" => one.Got.Length == 0 || (XattrsOf(share!, one.Path, out SortedDictionary<string, byte[]> xattrs) == Errno.OK
                && string.Equals(one.Got, Comparison.Text(xattrs), StringComparison.Ordinal)),
            _ => false,
        };
    }

    private static bool IsMixture(byte[] got, byte[] one, byte[] other)
    {
        if (got.Length < Math.Min(one.Length, other.Length) || got.Length > Math.Max(one.Length, other.Length))
            return false;
        for (int i = 0; i < got.Length; i++)
        {
            bool isOne = i < one.Length ? got[i] == one[i] : got[i] == 0;
            bool isOther = i < other.Length ? got[i] == other[i] : got[i] == 0;
            if (!isOne && !isOther)
                return false;
        }

        return true;
    }

    private void TakeOver(string path, Inode inode)
    {
        if (_stats[path] is { } stat)
            comparison.Adopt(inode, stat);
        if (_data.TryGetValue(path, out byte[]? data))
            inode.Data = data;
        if (_xattrs.TryGetValue(path, out SortedDictionary<string, byte[]>? xattrs))
        {
            inode.Xattrs.Clear();
            foreach ((string name, byte[] value) in xattrs)
                inode.Xattrs.Add(name, value);
        }

        if (inode.IsRegular || inode.IsDirectory || inode.Type == FileMode.S_IFLNK)
            inode.Atime = TimeRule.Unknown; // it was read
    }

    private static Difference Unexpected(string path, string call, Errno errno) =>
        new(path, call, "OK or ENOENT", errno.ToString()) { Harm = Harm.Errno };
}
