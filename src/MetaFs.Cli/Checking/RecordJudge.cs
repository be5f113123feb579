// Single records against the share: where fsck walks the share, this goes to each record's file.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Checking;

/// <summary>What the share says of a record.</summary>
internal enum RecordState
{
    /// <summary>Its file is where it was last seen, and all that is recorded counts.</summary>
    Valid,

    /// <summary>The data changed after times were recorded.</summary>
    VoidTimes,

    /// <summary>Another file has the inode number.</summary>
    ReusedInode,

    /// <summary>No file of that inode number is where it was last seen: removed or moved behind the mount.</summary>
    NotThere,

    /// <summary>Cannot be said: inode numbers move, it is of another share, or its place is not known.</summary>
    Unknown,
}

/// <summary>Looks at the files of records, one after another.</summary>
internal sealed class RecordJudge : IDisposable
{
    private readonly SafeFd _root;
    private readonly long _volume;
    private readonly FileSystemFacts _facts;
    private readonly bool _falseBirthTimes;
    private readonly bool _byName;

    // Rows of one directory mostly come together.
    private byte[] _directoryPath = [];
    private SafeFd? _directory;

    // The row last asked about: a filter and a report ask the same.
    private OverlayRow? _lastRow;
    private RecordState _lastState;

    /// <param name="root">The share's directory; the caller's.</param>
    /// <param name="reader">The database.</param>
    /// <exception cref="ShareException">The share cannot be read.</exception>
    public RecordJudge(SafeFd root, OverlayReader reader)
    {
        _root = root;
        ShareDescription description = ShareInfo.Describe(root);
        Volume? volume = description.FindBy(identity => reader.FindVolume(identity));
        _facts = FileSystemFacts.Of(description.Mount);
        _volume = volume?.Id ?? 0;
        _byName = volume?.Identity.ByName ?? false;
        _falseBirthTimes = volume?.Traits.FalseBirthTimes ?? false;
    }

    /// <summary>Whether the database knows the share.</summary>
    public bool IsKnown => _volume != 0;

    /// <summary>The word for programs.</summary>
    public static string Word(RecordState state) => state switch
    {
        RecordState.Valid => "valid",
        RecordState.VoidTimes => "void_times",
        RecordState.ReusedInode => "reused_inode",
        RecordState.NotThere => "not_there",
        _ => "unknown",
    };

    /// <summary>Whether something of the record does not count any more.</summary>
    public bool IsVoid(OverlayRow row) =>
        StateOf(row) is RecordState.VoidTimes or RecordState.ReusedInode or RecordState.NotThere;

    /// <summary>Looks at the row's file.</summary>
    public RecordState StateOf(OverlayRow row)
    {
        if (!ReferenceEquals(row, _lastRow))
            (_lastRow, _lastState) = (row, Look(row));
        return _lastState;
    }

    public void Dispose() => _directory?.Dispose();

    /// <summary>What the share shows says about a record.</summary>
    public static RecordState Judge(
        in FileSystemFacts facts, bool falseBirthTimes, InodeRecord record, SafeFd directory, CString name,
        in Statx found)
    {
        Statx stat = PlaceholderCheck.Show(record, directory, name, found);
        if (!ShareVolume.GuardOf(facts, falseBirthTimes, stat, directory, name).Matches(record.Guard))
            return RecordState.ReusedInode;
        bool isVoid = record.Witness is { } witness
            && TimeValidity.Judge(witness, stat.MtimeNs, stat.Size, facts.StampsLate, witness.SettledAt)
                == TimeVerdict.Void;
        return isVoid ? RecordState.VoidTimes : RecordState.Valid;
    }

    private RecordState Look(OverlayRow row)
    {
        if (row.Key.Volume != _volume || !(_byName || _facts.StableInodes) || row.Path is not { } path)
            return RecordState.Unknown;
        Errno errno = Find(path, out SafeFd directory, out CString name, out Statx stat);
        return errno switch
        {
            Errno.OK when _byName || stat.Ino == row.Key.Ino =>
                Judge(_facts, _falseBirthTimes, row.Record, directory, name, stat),
            Errno.OK or Errno.ENOENT or Errno.ENOTDIR => RecordState.NotThere,
            _ => RecordState.Unknown,
        };
    }

    private Errno Find(byte[] path, out SafeFd directory, out CString name, out Statx stat)
    {
        stat = default;
        name = CString.Empty;
        directory = _root;
        AtFlags flags = AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH;
        if (!path.AsSpan().SequenceEqual("."u8))
        {
            int slash = path.AsSpan().LastIndexOf((byte)'/');
            Errno errno = slash < 0 ? Errno.OK : Enter(path[..slash], out directory);
            if (errno != Errno.OK)
                return errno;
            byte[] last = [.. path.AsSpan(slash + 1), 0];
            name = CString.FromTerminated(last);
        }

        return Libc.Statx(directory, name, flags, ShareVolume.Mask, out stat);
    }

    // Step by step: no name on the way may be a symbolic link, and the path may be longer than PATH_MAX.
    private Errno Enter(byte[] path, out SafeFd directory)
    {
        directory = _directory ?? _root;
        if (_directory is not null && path.AsSpan().SequenceEqual(_directoryPath))
            return Errno.OK;
        SafeFd? at = null;
        foreach (Range part in path.AsSpan().Split((byte)'/'))
        {
            CString name = CString.FromTerminated([.. path.AsSpan()[part], 0]);
            OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
            Errno errno = Libc.Openat(at ?? _root, name, flags, 0, out SafeFd next);
            at?.Dispose();
            at = next;
            if (errno != Errno.OK)
            {
                next.Dispose();
                return errno;
            }
        }

        _directory?.Dispose();
        (_directory, _directoryPath) = (at, path);
        directory = at!;
        return Errno.OK;
    }
}
