// Paths out of hints: name by name up the directory rows.
namespace MetaFs.Overlay;

/// <summary>Joins hints to paths. Hints may be old, damaged or forged: loops end, and no name has a slash.</summary>
internal sealed class HintPaths : IDisposable
{
    // Far beyond PATH_MAX, which relative steps may pass. Also what ends a circle: each step adds two bytes or more.
    private const int LongestPath = 64 * 1024;

    // Rows come by inode number, and the files of one directory mostly have numbers close together.
    private const int CachedDirectories = 1024;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _getDirectory;
    private readonly Dictionary<long, ulong> _roots;
    private readonly Dictionary<InodeKey, byte[]?> _directories = [];

    public HintPaths(SqliteDatabase database, IEnumerable<Volume> volumes)
    {
        _database = database;
        _roots = volumes.ToDictionary(v => v.Id, v => v.Identity.RootIno);
        _getDirectory = database.PrepareForCaller(OverlaySchema.GetDirectory);
    }

    /// <summary>The path of an inode; null where a directory on the way is not known.</summary>
    public byte[]? PathOf(in InodeKey key, in PathHint hint)
    {
        if (!_roots.TryGetValue(key.Volume, out ulong root))
            return null;
        if (key.Ino == root)
            return "."u8.ToArray();
        if (!IsName(hint.Name))
            return null;
        if (hint.Parent == root)
            return hint.Name;
        byte[]? directory = DirectoryPath(new InodeKey(key.Volume, hint.Parent), root);
        return directory is null ? null : [.. directory, (byte)'/', .. hint.Name!];
    }

    public void Dispose() => _getDirectory.Dispose();

    private byte[]? DirectoryPath(in InodeKey directory, ulong root)
    {
        if (_directories.TryGetValue(directory, out byte[]? known))
            return known;
        byte[]? path = Walk(directory, root);
        if (_directories.Count == CachedDirectories)
            _directories.Clear();
        _directories.Add(directory, path);
        return path;
    }

    private byte[]? Walk(InodeKey directory, ulong root)
    {
        List<byte[]> names = [];
        int length = 0;
        while (directory.Ino != root)
        {
            // The first one is not there yet; a known one above it ends the walk.
            byte[]? part = null;
            bool isKnown = names.Count > 0 && _directories.TryGetValue(directory, out part);
            PathHint place = default;
            if (!isKnown)
            {
                place = Place(directory);
                part = place.Name;
            }

            if (part is null || (length += part.Length + 1) > LongestPath)
                return null;
            names.Add(part);
            if (isKnown)
                break;
            directory = directory with { Ino = place.Parent };
        }

        byte[] path = new byte[length - 1];
        int end = path.Length;
        foreach (byte[] name in names)
        {
            end -= name.Length;
            name.CopyTo(path, end);
            if (end > 0)
                path[--end] = (byte)'/';
        }

        return path;
    }

    // Default where there is none.
    private PathHint Place(in InodeKey directory)
    {
        _getDirectory.Bind(1, directory.Volume);
        _getDirectory.Bind(2, directory.Ino);
        PathHint place = default;
        if (_database.Query(_getDirectory))
        {
            byte[] name = _getDirectory.Bytes(1).ToArray();
            if (IsName(name))
                place = new PathHint(unchecked((ulong)_getDirectory.Integer(0)), name);
        }

        _getDirectory.Reset();
        return place;
    }

    private static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= OverlaySchema.LongestName
        && !name.ContainsAny((byte)'/', (byte)0)
        && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);
}
