using System.Text;
using MetaFs.ShareSim.Faults;

namespace MetaFs.ShareSim.Nodes;

/// <summary>The inode numbers that the share shows, where they are not the backing directory's own.</summary>
internal sealed class InodeNumbers(NodeTable nodes)
{
    /// <summary>The first number; low, and easy to tell from a real one.</summary>
    public const ulong First = 100;

    // Locked before the NodeTable's lock, never after it.
    private readonly Lock _lock = new();

    // Guarded by _lock, as the rest.
    private readonly Dictionary<NodeKey, Numbered> _numbers = [];
    private readonly HashSet<ulong> _taken = [];
    private InodeSource _source;
    private ulong _next = First;

    private sealed record Numbered(ulong Number, long Btime)
    {
        public string Path { get; set; } = "";
    }

    /// <summary>The number of an inode.</summary>
    /// <param name="source">Where numbers come from; another than before starts anew.</param>
    /// <param name="key">The inode.</param>
    /// <param name="btime">By which a reused backing number is found out; 0: not known.</param>
    /// <param name="path">Where it was seen.</param>
    public ulong Of(InodeSource source, NodeKey key, long btime, string path)
    {
        lock (_lock)
        {
            if (source != _source)
                Empty(restart: true);
            _source = source;
            if (source == InodeSource.Backing || path == "/")
                return key.Ino;
            if (_numbers.TryGetValue(key, out Numbered? known))
            {
                if (btime == 0 || known.Btime == 0 || btime == known.Btime)
                {
                    known.Path = path;
                    return known.Number;
                }

                Drop(key);
            }

            if (source == InodeSource.Reuse)
                DropVanished();
            ulong number = source == InodeSource.Reuse ? LowestFree() : Next();
            _taken.Add(number);
            _numbers.Add(key, new Numbered(number, btime) { Path = path });
            return number;
        }
    }

    /// <summary>An inode is gone, or forgotten: it has no number any more.</summary>
    public void Ended(NodeKey key)
    {
        lock (_lock)
            Drop(key);
    }

    /// <summary>Everything below a directory, or the file itself, has another path.</summary>
    public void Renamed(string from, string to)
    {
        lock (_lock)
        {
            foreach (Numbered one in _numbers.Values)
            {
                if (one.Path == from || one.Path.StartsWith(from + "/", StringComparison.Ordinal))
                    one.Path = to + one.Path[from.Length..];
            }
        }
    }

    /// <summary>Gives all files new numbers.</summary>
    /// <param name="restart">From the first one again, so that files get each other's; else numbers never seen.</param>
    public void Renumber(bool restart)
    {
        lock (_lock)
        {
            if (_source == InodeSource.Backing)
                throw new SyntaxException("the backing directory's numbers stay: first 'inodes counter' or the like");
            Empty(restart);
        }
    }

    private void Empty(bool restart)
    {
        _numbers.Clear();
        _taken.Clear();
        if (restart)
            _next = First;
    }

    private void Drop(NodeKey key)
    {
        if (_numbers.Remove(key, out Numbered? gone))
            _taken.Remove(gone.Number);
    }

    private ulong Next()
    {
        if (_next == nodes.Root.Key.Ino)
            _next++;
        return _next++;
    }

    private ulong LowestFree()
    {
        ulong number = First;
        while (_taken.Contains(number) || number == nodes.Root.Key.Ino)
            number++;
        return number;
    }

    // Files that were removed in the backing directory itself: nobody told us.
    private void DropVanished()
    {
        foreach ((NodeKey key, Numbered one) in _numbers.ToArray())
        {
            byte[] path = Encoding.Latin1.GetBytes(one.Path[1..] + "\0");
            Errno errno = Libc.Statx(
                nodes.Root.Fd, CString.FromTerminated(path), AtFlags.AT_SYMLINK_NOFOLLOW,
                StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME, out Statx stat);
            bool same = errno == Errno.OK && stat.Dev == key.Dev && stat.Ino == key.Ino
                && (one.Btime == 0 || !stat.HasBtime || stat.BtimeNs == one.Btime);
            if (!same && !nodes.IsOpen(nodes.Find(key)))
                Drop(key);
        }
    }
}
