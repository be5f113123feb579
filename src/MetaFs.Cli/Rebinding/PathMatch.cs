// Which file of a share a record is of now, where inode numbers say nothing: after a move to another server or disk.
using System.Text;
using MetaFs.Cli.Checking;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Rebinding;

/// <summary>A record and its file.</summary>
/// <param name="Record">As it is to be from now on.</param>
/// <param name="Ino">The number by which it is kept from now on.</param>
internal readonly record struct MatchedRecord(InodeRecord Record, ulong Ino);

/// <summary>
/// Goes through a share and finds the file of each record: by its path, or, if it is not there, by size and mtime.
/// </summary>
internal sealed class PathMatch
{
    private readonly Volume _volume;
    private readonly FileSystemFacts _facts;
    private readonly ContentCheck? _content;
    private readonly Dictionary<string, OverlayRow> _byPath = [];
    private readonly Dictionary<(ulong Size, long Mtime), Lost> _byLook = [];

    // Files that have their record, by the number that the share shows now.
    private readonly HashSet<ulong> _taken = [];
    private ulong _dev;

    /// <param name="reader">The database.</param>
    /// <param name="volume">Whose records.</param>
    /// <param name="facts">Of the share as it is now.</param>
    /// <param name="content">The share as it was, to compare content with; null: not compared.</param>
    public PathMatch(OverlayReader reader, Volume volume, FileSystemFacts facts, ContentCheck? content)
    {
        (_volume, _facts, _content) = (volume, facts, content);
        foreach (OverlayRow row in reader.Rows())
        {
            if (row.Key.Volume != volume.Id)
                continue;
            Records++;
            if (row.Path is not { } path)
                Unmatched.Add(row.Key.Ino, ([], "where it was, is not known"));
            else if (!_byPath.TryAdd(Key(path), row))
                Unmatched.Add(row.Key.Ino, (path, "another record has its path"));
        }
    }

    /// <summary>Told of each name of the share.</summary>
    public required RecordCheck.Progressed Walked { get; init; }

    /// <summary>Told of what of the share could not be read.</summary>
    public required Action<byte[], Errno> Unreadable { get; init; }

    /// <summary>Records of the volume.</summary>
    public long Records { get; }

    /// <summary>By the number of before.</summary>
    public Dictionary<ulong, MatchedRecord> Matched { get; } = [];

    /// <summary>Files that were found under another path.</summary>
    public long Moved { get; private set; }

    /// <summary>Files whose size or mtime is not what it was when times were recorded.</summary>
    public List<byte[]> LostTimes { get; } = [];

    /// <summary>By the number of before: where it was, and why there is no file for it.</summary>
    public Dictionary<ulong, (byte[] Path, string Why)> Unmatched { get; } = [];

    /// <summary>Where the share's directories are now.</summary>
    public Dictionary<ulong, PathHint> Directories { get; } = [];

    /// <summary>Walks the share twice: by path, then for what was not found by look.</summary>
    public void Run(SafeFd root, CancellationToken stop)
    {
        long names = 0;
        using (var walk = new ShareWalk(
            (in WalkedName name) =>
            {
                Walked(++names, name.Path);
                return VisitPath(name);
            },
            (path, errno) => Unreadable(path, errno), stop))
            walk.Run(root);
        foreach (OverlayRow row in _byPath.Values)
            Lose(row);
        if (_byLook.Count > 0)
        {
            using var again = new ShareWalk(VisitLook, static (_, _) => { }, stop);
            again.Run(root);
        }

        foreach (Lost lost in _byLook.Values.Where(static lost => lost.IsSingle && lost.Found is not null))
        {
            Matched[lost.Row.Key.Ino] = lost.Found!.Value;
            Unmatched.Remove(lost.Row.Key.Ino);
            Moved++;
        }
    }

    private void Lose(OverlayRow row)
    {
        Unmatched.TryAdd(row.Key.Ino, (row.Path!, "there is no such file"));
        if (row.Record.Witness is not { Size: > 0 } witness || row.Record.TypeOnShare != FileMode.S_IFREG
            || _volume.Identity.ByName)
            return;
        if (!_byLook.TryAdd((witness.Size, witness.Mtime), new Lost(row)))
            _byLook[(witness.Size, witness.Mtime)].IsSingle = false;
    }

    // A mount below the share has records of its own.
    private ulong VisitPath(in WalkedName name)
    {
        _dev = name.Name.Length == 0 ? name.Stat.Dev : _dev;
        if (name.Stat.Dev != _dev)
            return name.Stat.Ino;
        if (FileMode.IsDirectory(name.Stat.Mode) && name.Name.Length > 0)
            Directories[name.Stat.Ino] = new PathHint(name.Parent, name.Name.Bytes.ToArray());
        if (!_byPath.Remove(Key(name.Path), out OverlayRow? row))
            return name.Stat.Ino;
        if (Match(row, name, out MatchedRecord match) is { } why)
            Unmatched.Add(row.Key.Ino, (row.Path!, why));
        else if (!_taken.Add(name.Stat.Ino))
            Unmatched.Add(row.Key.Ino, (row.Path!, "it is now another name of a file that has a record"));
        else
            Matched.Add(row.Key.Ino, match);
        return name.Stat.Ino;
    }

    private ulong VisitLook(in WalkedName name)
    {
        ulong ino = name.Stat.Ino;
        if (name.Stat.Dev != _dev || !_byLook.TryGetValue((name.Stat.Size, name.Stat.MtimeNs), out Lost? lost)
            || !FileMode.IsRegular(name.Stat.Mode) || _taken.Contains(ino))
            return ino;
        lost.IsSingle &= lost.Found is null;
        if (Match(lost.Row, name, out MatchedRecord match) is null)
            lost.Found = match;
        return ino;
    }

    // Null: it is the record's file; else why not.
    private string? Match(OverlayRow row, in WalkedName name, out MatchedRecord match)
    {
        match = default;
        InodeRecord record = row.Record;
        Statx stat = PlaceholderCheck.Show(record, name.Directory, name.Name, name.Stat);
        InodeGuard guard = ShareVolume.GuardOf(_facts, falseBirthTimes: false, stat, name.Directory, name.Name);
        if (guard.FileType != record.Guard.FileType)
            return "another kind of file is there";
        bool isSame = false;
        if (_content is not null && FileMode.IsRegular(stat.Mode) && record.Object is null)
        {
            if (_content.Differs(row.Path!, name.Directory, name.Name) is { } why)
                return why;
            isSame = true;
        }

        bool isVoid = record.Witness is { } witness && !isSame && !HasLook(witness, stat);
        if (isVoid)
            LostTimes.Add(row.Path!);
        match = new MatchedRecord(
            record with
            {
                Guard = guard,
                Hint = _volume.Identity.ByName ? record.Hint : new PathHint(name.Parent, name.Name.Bytes.ToArray()),
                Mtime = isVoid ? null : record.Mtime,
                Atime = isVoid ? null : record.Atime,
                Witness = isVoid || record.Witness is not { } was
                    ? null
                    : was with { Mtime = stat.MtimeNs, Ctime = stat.CtimeNs, Size = stat.Size },

                // The real thing may be there now.
                Object = FileMode.TypeOf(name.Stat.Mode) == guard.FileType
                    ? null
                    : record.Object is null ? null : record.Object with { Mtime = name.Stat.MtimeNs },
            },
            _volume.Identity.ByName ? row.Key.Ino : name.Stat.Ino);
        return null;
    }

    // Copied with its times; the new place may keep them more coarsely.
    private static bool HasLook(in TimeWitness witness, in Statx stat)
    {
        // Of what has no data rsync leaves the fraction alone if the second is right (same_mtime in its util2.c).
        if (!FileMode.IsRegular(stat.Mode))
            return Timespec.FromNanoseconds(witness.Mtime).Sec == Timespec.FromNanoseconds(stat.MtimeNs).Sec;
        if (witness.Size != stat.Size)
            return false;
        foreach (long step in (long[])[1, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000])
        {
            if (stat.MtimeNs == witness.Mtime - (((witness.Mtime % step) + step) % step))
                return true;
        }

        return false;
    }

    private string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(
        _volume.Identity.ByName && _facts.IgnoresCase ? Passthrough.Nodes.NameBytes.WithoutCase(path) : path);

    private sealed class Lost(OverlayRow row)
    {
        public OverlayRow Row { get; } = row;

        /// <summary>No other record and no other file looks so.</summary>
        public bool IsSingle { get; set; } = true;

        public MatchedRecord? Found { get; set; }
    }
}
