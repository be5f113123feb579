// The records of a database against the files of its share. Reads only, on both sides.
using System.Globalization;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Checking;

/// <summary>Compares each record with the file that it is of, and looks for records that are of none.</summary>
/// <remarks>
/// A mount may go on meanwhile: what looks wrong is looked at again before it is reported, and a record without a file
/// is searched for in a second walk.
/// </remarks>
internal sealed class RecordCheck : IDisposable
{
    private const string NotSettled = "not judged before all renames are settled";

    private readonly OverlayReader _reader;
    private readonly RecordLookup _records;
    private readonly Action<Finding> _report;
    private readonly Dictionary<ulong, CheckedVolume> _volumes = [];

    // Files with several names come several times, and are judged once.
    private readonly HashSet<InodeKey> _seen = [];
    private readonly HashSet<long> _moves;
    private readonly long? _rootVolume;
    private bool _judging = true;

    /// <param name="reader">The database.</param>
    /// <param name="report">Receives the findings as they are made.</param>
    /// <param name="rootVolume">Whose records the root's file system is compared with; null: those it is recognised by.</param>
    public RecordCheck(OverlayReader reader, Action<Finding> report, long? rootVolume = null)
    {
        _reader = reader;
        _rootVolume = rootVolume;
        _report = report;
        _records = reader.Lookup();
        _moves = [.. reader.PendingMoves().Select(static move => move.Id)];
    }

    /// <summary>Called with the number of names so far and the last one's path.</summary>
    public delegate void Progressed(long names, ReadOnlySpan<byte> path);

    /// <summary>Told of each name.</summary>
    public Progressed? Walked { get; init; }

    /// <summary>Names met on the share.</summary>
    public long Names { get; private set; }

    /// <summary>Records met in the database.</summary>
    public long Records { get; private set; }

    /// <summary>Records whose file was found.</summary>
    public long Found => _seen.Count;

    /// <summary>Records of shares with moving inode numbers: they cannot be compared.</summary>
    public long NotComparable { get; private set; }

    /// <summary>Records of volumes that are not below the directory.</summary>
    public long Elsewhere { get; private set; }

    /// <summary>Whether the database knows any of the file systems that were met.</summary>
    public bool IsKnown => _volumes.Values.Any(static volume => volume.Id is not null);

    /// <summary>What of the share could not be read.</summary>
    public long UnreadablePlaces { get; private set; }

    /// <summary>Compares records and files.</summary>
    /// <param name="root">The share.</param>
    /// <param name="stop">Ends the walk.</param>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    /// <exception cref="OverlayException">The database cannot be read.</exception>
    public void Compare(SafeFd root, CancellationToken stop)
    {
        using (var walk = new ShareWalk(Judge, Unreadable, stop))
            walk.Run(root);
        List<OverlayRow> missing = Missing();
        if (missing.Count == 0)
            return;

        // Made or moved while the walk was elsewhere. Found without being judged: it was not there to be wrong before.
        _judging = false;
        using (var again = new ShareWalk(Judge, static (_, _) => { }, stop))
            again.Run(root);
        foreach (OverlayRow row in missing)
        {
            if (!_seen.Contains(row.Key) && _records.Find(row.Key) is not null)
                ReportMissing(row);
        }
    }

    /// <summary>Looks at the database alone: the share is not there.</summary>
    public void CompareVolumes()
    {
        foreach (OverlayRow row in _reader.Rows())
            Count(row);
    }

    /// <summary>A volume that was met: where its root is below the directory, and whether names differ by case.</summary>
    public (byte[] Root, bool IgnoresCase)? Met(long volume)
    {
        CheckedVolume? met = _volumes.Values.FirstOrDefault(one => one.Id == volume);
        return met is null ? null : (met.Root, met.Facts.IgnoresCase);
    }

    public void Dispose() => _records.Dispose();

    private List<OverlayRow> Missing()
    {
        Dictionary<long, CheckedVolume> met = [];
        foreach (CheckedVolume volume in _volumes.Values)
        {
            if (volume.Id is { } id)
                met[id] = volume;
        }

        List<OverlayRow> missing = [];
        foreach (OverlayRow row in _reader.Rows())
        {
            Count(row);
            if (row.Volume is null)
                continue;
            if (!met.TryGetValue(row.Key.Volume, out CheckedVolume? volume))
                Elsewhere++;
            else if (!volume.KeepsNumbers)
                NotComparable++;
            else if (!_seen.Contains(row.Key))
                missing.Add(row);
        }

        return missing;
    }

    private void Count(OverlayRow row)
    {
        Records++;
        if (row.Volume is null)
            _report(new Finding(FindingKind.UnknownVolume, row.Key, row.Path, "the database has no such volume") { Record = row.Record });
    }

    private void ReportMissing(OverlayRow row)
    {
        if (UnreadablePlaces > 0 || IsMoving(row.Key.Volume))
        {
            string why = UnreadablePlaces > 0 ? "not found in what could be read of the share" : NotSettled;
            _report(new Finding(FindingKind.Unreadable, row.Key, row.Path, why));
            return;
        }

        bool isByName = row.Volume is { Identity.ByName: true };
        string gone = isByName ? "no file of the share has its name" : "no file of the share has this inode number";
        _report(new Finding(FindingKind.Leftover, row.Key, row.Path, gone) { Record = row.Record });
    }

    // A name may have another file's record until the rename is settled, and a directory all that is below another one.
    // What a live mount is renaming now is not meant: it was not noted before the walk.
    private bool IsMoving(long volume) =>
        _moves.Count > 0 && _reader.PendingMoves().Any(move => move.Volume == volume && _moves.Contains(move.Id));

    private void Unreadable(byte[] path, Errno errno)
    {
        UnreadablePlaces++;
        _report(new Finding(FindingKind.Unreadable, null, path, $"{errno} ({ErrnoText.Describe(errno)})"));
    }

    private ulong Judge(in WalkedName name)
    {
        if (_judging)
            Names++;
        Walked?.Invoke(Names, name.Path);
        CheckedVolume volume = VolumeOf(name);
        ulong number = NumberOf(volume, name);
        if (volume.Id is { } id && volume.KeepsNumbers)
            Judge(volume, new InodeKey(id, number), name);
        return number;
    }

    private ulong NumberOf(CheckedVolume volume, in WalkedName name)
    {
        if (!volume.IsByName || volume.Id is not { } id)
            return name.Stat.Ino;
        return name.IsRoot
            ? VolumeIdentity.RootByName
            : _records.FindName(id, name.Parent, volume.FormOf(name.Name.Bytes));
    }

    private void Judge(CheckedVolume volume, InodeKey key, in WalkedName name)
    {
        if (_records.Find(key) is not { } record || !_seen.Add(key) || !_judging)
            return;
        Finding? finding = Compare(volume, key, record, name, name.Stat);
        if (finding is null)
            return;

        // Both may have changed between the two looks.
        if (Libc.Statx(
                name.Directory, name.Name, AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH, ShareVolume.Mask,
                out Statx now) != Errno.OK || (!volume.IsByName && now.Ino != key.Ino) || _records.Find(key) is not { } fresh)
        {
            return;
        }

        finding = Compare(volume, key, fresh, name, now);
        if (finding is not null)
            _report(IsMoving(key.Volume)
                ? new Finding(FindingKind.Unreadable, key, finding.Path, NotSettled)
                : finding with { Record = fresh });
    }

    private static Finding? Compare(
        CheckedVolume volume, in InodeKey key, InodeRecord record, in WalkedName name, in Statx found)
    {
        Statx stat = PlaceholderCheck.Show(record, name.Directory, name.Name, found);
        InodeGuard guard = ShareVolume.GuardOf(volume.Facts, volume.FalseBirthTimes, stat, name.Directory, name.Name);
        if (!guard.Matches(record.Guard))
        {
            return new Finding(
                FindingKind.ReusedInode, key, name.Path.ToArray(), record.Object is null
                    ? "the record was made for an earlier file"
                    : "the file that stood for it was replaced or changed");
        }

        if (record.Witness is { } witness
            && TimeValidity.Judge(witness, stat.MtimeNs, stat.Size, volume.Facts.StampsLate, witness.SettledAt)
                == TimeVerdict.Void)
        {
            return new Finding(
                FindingKind.VoidTimes, key, name.Path.ToArray(), "the data changed after times were recorded");
        }

        // The root has no name, and of several names any may be the one that is remembered.
        if (name.Name.Length == 0 || (stat.Nlink > 1 && !FileMode.IsDirectory(stat.Mode)) || IsAt(volume, name, record.Hint))
            return null;
        return new Finding(
            FindingKind.MovedFile, key, name.Path.ToArray(), string.Create(
                CultureInfo.InvariantCulture, $"was last seen as {ByteText.ForDisplay(record.Hint.Name ?? [])}"))
        {
            Place = new PathHint(name.Parent, name.Name.Bytes.ToArray()),
        };
    }

    private static bool IsAt(CheckedVolume volume, in WalkedName name, in PathHint hint) =>
        hint.Parent == name.Parent && volume.FormOf(name.Name.Bytes).SequenceEqual(volume.FormOf(hint.Name));

    private CheckedVolume VolumeOf(in WalkedName name)
    {
        if (_volumes.TryGetValue(name.Stat.Dev, out CheckedVolume? known))
            return known;
        CheckedVolume volume = CheckedVolume.None;
        Errno errno = Libc.Statx(
            name.Directory, name.Name, AtFlags.AT_SYMLINK_NOFOLLOW | AtFlags.AT_EMPTY_PATH,
            ShareVolume.Mask | StatxMask.STATX_MNT_ID, out Statx root);
        if (errno == Errno.OK && root.Dev == name.Stat.Dev)
            volume = Describe(root, name.Name.Length == 0 ? name.Directory : null) with { Root = name.Path.ToArray() };
        _volumes[name.Stat.Dev] = volume;
        return volume;
    }

    private CheckedVolume Describe(in Statx root, SafeFd? directory)
    {
        try
        {
            ShareDescription description = ShareInfo.Describe(root, directory);
            Volume? row = _rootVolume is { } id && _volumes.Count == 0
                ? _reader.Volumes().FirstOrDefault(v => v.Id == id)
                : description.FindBy(identity => _reader.FindVolume(identity));
            return new CheckedVolume(
                row?.Id, FileSystemFacts.Of(description.Mount), row?.Traits.FalseBirthTimes ?? false,
                row?.Identity.ByName ?? false);
        }
        catch (ShareException)
        {
            // It was unmounted in this moment.
            return CheckedVolume.None;
        }
    }

    private sealed record CheckedVolume(long? Id, FileSystemFacts Facts, bool FalseBirthTimes, bool IsByName)
    {
        public static CheckedVolume None { get; } = new(null, default, false, false);

        /// <summary>Below the directory that is walked.</summary>
        public byte[] Root { get; init; } = [];

        public bool KeepsNumbers => IsByName || Facts.StableInodes;

        public ReadOnlySpan<byte> FormOf(ReadOnlySpan<byte> name) =>
            Facts.IgnoresCase ? NameBytes.WithoutCase(name) : name;
    }
}
