using System.Globalization;
using MetaFs.Model.State;

namespace MetaFs.Model.Operations;

/// <summary>Thinks up the next operation of one actor: mostly one that succeeds, now and then one that must not.</summary>
internal sealed partial class Generator
{
    private const int MostNames = 60;
    private const int MostHandles = 6;
    private const int Deepest = 4;
    private const int Largest = 48 * 1024;

    private static readonly (OperationKind Kind, int Weight, string? Feature)[] s_weights =
    [
        (OperationKind.Create, 60, null),
        (OperationKind.Tmpfile, 10, Features.Tmpfile),
        (OperationKind.Mkdir, 20, null),
        (OperationKind.Mknod, 14, null),
        (OperationKind.Symlink, 12, Features.Symlink),
        (OperationKind.Link, 25, Features.Link),
        (OperationKind.LinkHandle, 8, Features.Tmpfile),
        (OperationKind.Unlink, 40, null),
        (OperationKind.Rmdir, 10, null),
        (OperationKind.Rename, 60, Features.Rename),
        (OperationKind.Chown, 80, Features.Chown),
        (OperationKind.Chmod, 80, Features.Chmod),
        (OperationKind.Utimens, 80, Features.Utimens),
        (OperationKind.Write, 80, Features.Data),
        (OperationKind.MapWrite, 15, Features.MapWrite),
        (OperationKind.Truncate, 20, Features.Data),
        (OperationKind.OpenTruncate, 6, Features.Data),
        (OperationKind.Fallocate, 15, Features.Allocate),
        (OperationKind.CopyRange, 15, Features.CopyRange),
        (OperationKind.Open, 25, Features.Handles),
        (OperationKind.Close, 20, Features.Handles),
        (OperationKind.SetXattr, 15, Features.Xattr),
        (OperationKind.SetAcl, 15, Features.Acl),
        (OperationKind.RemoveXattr, 6, Features.Xattr),
        (OperationKind.Fsync, 3, Features.Fsync),
        (OperationKind.Stat, 220, null),
        (OperationKind.ReadData, 40, null),
        (OperationKind.ReadDirectory, 30, null),
        (OperationKind.Readlink, 8, Features.Symlink),
        (OperationKind.ReadXattrs, 15, Features.Xattr),
        (OperationKind.Peek, 15, Features.Peek),
    ];

    private readonly Random _random;
    private readonly Func<Tree> _current;
    private readonly string _prefix;
    private readonly uint _firstId;
    private readonly HashSet<string> _without;
    private readonly OperationKind[] _kinds;
    private int _lastName;
    private int _lastHandle;
    private uint _lastId;

    /// <param name="tree">What there is to operate on.</param>
    /// <param name="prefix">What this actor's names begin with.</param>
    /// <param name="index">The actor's number: its uids and gids are its own too.</param>
    /// <param name="seed">Equal seeds give equal operations.</param>
    /// <param name="without">Words of <see cref="Features"/>.</param>
    public Generator(Func<Tree> tree, string prefix, int index, int seed, HashSet<string> without)
    {
        _current = tree;
        _prefix = prefix;
        _firstId = FirstId * (uint)(index + 1);
        _random = new Random(seed);
        _without = without;
        _kinds = [.. s_weights.Where(row => row.Feature is null || !without.Contains(row.Feature))
            .SelectMany(row => Enumerable.Repeat(row.Kind, row.Weight))];
    }

    /// <summary>Ids from here on are given to one file only.</summary>
    public static uint FirstId => 1_000_000;

    public Operation Next()
    {
        while (true)
        {
            OperationKind kind = _kinds[_random.Next(_kinds.Length)];
            if (Tree.Names.Count > MostNames && kind is OperationKind.Create or OperationKind.Mkdir or OperationKind.Link)
                kind = _random.Next(4) == 0 ? OperationKind.Rmdir : OperationKind.Unlink;
            if (Make(kind) is { } operation)
                return operation;
        }
    }

    private Operation? Make(OperationKind kind) => kind switch
    {
        OperationKind.Create or OperationKind.Mkdir or OperationKind.Symlink => MakeNew(kind),
        OperationKind.Mknod => MakeSpecial(),
        OperationKind.Tmpfile => MakeTmpfile(),
        OperationKind.Link => MakeLink(),
        OperationKind.LinkHandle => MakeLinkHandle(),
        OperationKind.Unlink => Pick(inode => Rarely ? inode.IsDirectory : !inode.IsDirectory) is { } path
            ? new Operation(kind) { Path = path }
            : null,
        OperationKind.Rmdir => Pick(inode => inode.IsDirectory && (Rarely || inode.Entries.Count == 0)) is { } path
            ? new Operation(kind) { Path = path }
            : null,
        OperationKind.Rename => MakeRename(),
        OperationKind.Open => MakeOpen(),
        OperationKind.Close => PickHandle(static _ => true) is { } handle ? new Operation(kind) { Handle = handle } : null,
        OperationKind.ReadDirectory => new Operation(kind) { Path = PickDirectory() },
        OperationKind.Peek => new Operation(kind) { Path = PickShared(), Seed = _random.Next() },
        OperationKind.CopyRange => MakeCopyRange(),
        OperationKind.Readlink =>
            Pick(static inode => inode.Type == FileMode.S_IFLNK) is { } link ? new Operation(kind) { Path = link } : null,
        _ => OnInode(kind),
    };

    private Operation? OnInode(OperationKind kind)
    {
        Func<Inode, bool> suits = kind switch
        {
            OperationKind.Chown or OperationKind.Utimens or OperationKind.Stat => static _ => true,
            OperationKind.Chmod => static inode => inode.Type != FileMode.S_IFLNK,

            // FUSE reads and sets them without a handle; nothing leads to a directory without a name
            OperationKind.SetXattr => static inode => inode.IsRegular || inode is { IsDirectory: true, IsRemoved: false },
            OperationKind.SetAcl or OperationKind.ReadXattrs => static inode => inode.HasXattrs && !inode.IsRemoved,
            OperationKind.RemoveXattr => inode => !inode.IsRemoved && (inode.Xattrs.Count > 0 || (Rarely && inode.IsRegular)),
            OperationKind.MapWrite => static inode => inode.Data.Length > 0,
            OperationKind.Fsync => static inode => inode.IsRegular || inode.IsDirectory,
            _ => static inode => inode.IsRegular,
        };
        bool byHandle = kind != OperationKind.OpenTruncate && Tree.Handles.Count > 0 && _random.Next(3) == 0;
        Operation target = new(kind);
        if (byHandle && PickHandle(suits) is { } handle)
            target = target with { Handle = handle };
        else if (Pick(suits) is { } path)
            target = target with { Path = path };
        else
            return null;
        return WithArguments(target, Tree.TargetOf(target)!);
    }

    private Tree Tree => _current();

    private bool Rarely => _random.Next(20) == 0;

    private bool Has(string feature) => !_without.Contains(feature);

    /// <summary>A uid or gid that no other file has, or one that many have.</summary>
    private uint NextId() => _random.Next(12) switch
    {
        0 => ((uint[])[0, 33, 1000, 65534, uint.MaxValue - 1])[_random.Next(Has(Features.LargeIds) ? 5 : 4)],
        _ => OwnId(),
    };

    private uint OwnId() => _firstId + (_lastId++ % FirstId);

    private string NewName()
    {
        string name = _prefix + (++_lastName).ToString(CultureInfo.InvariantCulture);
        if (!Has(Features.OddNames))
            return name;
        return _random.Next(16) switch
        {
            0 => name + "\n\t*",
            1 => name + "\u00FF\u0080\u00C3",
            2 => name + " =\\x20",
            3 => name.PadRight(255, 'n'),
            _ => name,
        };
    }

    private string PickShared() => SharedDirectories.All[_random.Next(SharedDirectories.All.Length)].Name;

    private string PickDirectory()
    {
        if (_random.Next(2) == 0)
            return PickShared();
        return Pick(static inode => inode.IsDirectory, Deepest) ?? PickShared();
    }

    private string? Pick(Func<Inode, bool> suits, int deepest = int.MaxValue)
    {
        List<(string Path, Inode Inode)> names = Tree.Names;
        if (names.Count == 0)
            return null;
        int start = _random.Next(names.Count);
        for (int i = 0; i < names.Count; i++)
        {
            (string path, Inode inode) = names[(start + i) % names.Count];
            if (suits(inode) && path.AsSpan().Count('/') < deepest)
                return path;
        }

        return null;
    }

    private int? PickHandle(Func<Inode, bool> suits)
    {
        int[] handles = [.. Tree.Handles.Keys.Where(handle => suits(Tree.OfHandle(handle))).Order()];
        return handles.Length == 0 ? null : handles[_random.Next(handles.Length)];
    }
}
