// A store without a disk, for tests of what lies above it.
using System.Text;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>Records in memory. Thread-safe.</summary>
internal sealed partial class MemoryStore : IOverlayStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<InodeKey, InodeRecord> _records = [];
    private readonly Dictionary<InodeKey, InodeRecord> _quarantined = [];
    private readonly Dictionary<InodeKey, PathHint> _places = [];
    private readonly List<Volume> _volumes = [];
    private readonly HashSet<InodeKey> _removals = [];
    private readonly Dictionary<InodeKey, Dictionary<string, OverlaidXattr>> _xattrs = [];
    private readonly List<(long Volume, PendingReplacement Replacement)> _replacements = [];

    /// <summary>Records in service.</summary>
    public int Count => Locked(() => _records.Count);

    public IReadOnlyList<InodeKey> Quarantined => Locked<IReadOnlyList<InodeKey>>(() => [.. _quarantined.Keys]);

    public bool IsEmpty => Count == 0;

    public long Commits => 0;

    public bool HasVolumes => Locked(() => _volumes.Count > 0);

    public OverlayStatus Get(in InodeKey key, out InodeRecord? record)
    {
        lock (_gate)
            return _records.TryGetValue(key, out record) ? OverlayStatus.Ok : OverlayStatus.NotFound;
    }

    public OverlayStatus Put(in InodeKey key, InodeRecord record)
    {
        lock (_gate)
            _records[key] = record;
        return OverlayStatus.Ok;
    }

    public OverlayStatus Remove(in InodeKey key)
    {
        lock (_gate)
        {
            _records.Remove(key);
            _xattrs.Remove(key);
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus Remove(in InodeKey key, InodeRecord record)
    {
        lock (_gate)
            _ = Has(key, record) && _records.Remove(key) && _xattrs.Remove(key);
        return OverlayStatus.Ok;
    }

    public OverlayStatus Apply(ReadOnlySpan<OverlayChange> changes)
    {
        foreach (OverlayChange change in changes)
        {
            if (change.Record is { } record)
                Put(change.Key, record);
            else
                Remove(change.Key);
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus GetXattr(in InodeKey key, byte[] name, Span<byte> value, out int? size)
    {
        size = null;
        lock (_gate)
        {
            if (!_xattrs.TryGetValue(key, out Dictionary<string, OverlaidXattr>? xattrs)
                || !xattrs.TryGetValue(NameOf(name), out OverlaidXattr found))
                return OverlayStatus.NotFound;
            size = found.IsHidden ? null : found.Size;
            if (found.Size <= value.Length)
                found.Value.CopyTo(value);
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus GetXattrs(in InodeKey key, bool withValues, out IReadOnlyList<OverlaidXattr> xattrs)
    {
        lock (_gate)
        {
            xattrs = _xattrs.TryGetValue(key, out Dictionary<string, OverlaidXattr>? found)
                ? [.. found.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)]
                : [];
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus PutXattrs(
        in InodeKey key, InodeRecord record, ReadOnlySpan<XattrChange> changes, bool isFirst)
    {
        lock (_gate)
        {
            _records[key] = record;
            if (isFirst || !_xattrs.TryGetValue(key, out Dictionary<string, OverlaidXattr>? xattrs))
                _xattrs[key] = xattrs = [];
            foreach (XattrChange change in changes)
            {
                if (change.To is { } kept)
                    xattrs[NameOf(change.Name)] = kept;
                else
                    xattrs.Remove(NameOf(change.Name));
            }
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus PutDirectory(in InodeKey directory, in PathHint hint)
    {
        lock (_gate)
            _places[directory] = hint;
        return OverlayStatus.Ok;
    }

    public OverlayStatus RemoveDirectory(in InodeKey directory)
    {
        lock (_gate)
            _places.Remove(directory);
        return OverlayStatus.Ok;
    }

    public OverlayStatus BeginRemoval(in InodeKey key)
    {
        lock (_gate)
            _removals.Add(key);
        return OverlayStatus.Ok;
    }

    public OverlayStatus EndRemoval(in InodeKey key)
    {
        lock (_gate)
            _removals.Remove(key);
        return OverlayStatus.Ok;
    }

    /// <summary>Paths of one name only.</summary>
    public IReadOnlyList<PendingRemoval> PendingRemovals(long volume) => Locked<IReadOnlyList<PendingRemoval>>(
        () =>
        [
            .. _removals.Where(key => key.Volume == volume).Select(key => _records.TryGetValue(key, out InodeRecord? record)
                ? new PendingRemoval(key, record.Guard.FileType, record.Hint.Name)
                : new PendingRemoval(key, 0, null)),
        ]);

    public OverlayStatus BeginReplacement(long volume, string hidden, ReadOnlySpan<byte> path)
    {
        lock (_gate)
        {
            EndReplacement(volume, hidden);
            _replacements.Add((volume, new PendingReplacement(hidden, path.ToArray())));
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus EndReplacement(long volume, string hidden)
    {
        lock (_gate)
            _replacements.RemoveAll(known => known.Volume == volume && known.Replacement.Hidden == hidden);
        return OverlayStatus.Ok;
    }

    public IReadOnlyList<PendingReplacement> PendingReplacements(long volume) =>
        Locked<IReadOnlyList<PendingReplacement>>(
            () => [.. _replacements.Where(known => known.Volume == volume).Select(known => known.Replacement)]);

    public OverlayStatus PutHiddenDirectory(long volume, string name)
    {
        lock (_gate)
        {
            int index = _volumes.FindIndex(known => known.Id == volume);
            if (index < 0)
                return OverlayStatus.NotFound;
            _volumes[index] = _volumes[index] with { HiddenDirectory = name };
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus Quarantine(in InodeKey key, string reason, InodeRecord? record = null)
    {
        lock (_gate)
        {
            if ((record is null || Has(key, record)) && _records.Remove(key, out InodeRecord? moved))
            {
                _quarantined[key] = moved;
                _xattrs.Remove(key);
            }
        }

        return OverlayStatus.Ok;
    }

    public IReadOnlyList<Volume> Volumes() => Locked<IReadOnlyList<Volume>>(() => [.. _volumes]);

    public OverlayStatus FindVolume(in VolumeIdentity identity, out Volume? volume)
    {
        VolumeIdentity wanted = identity;
        volume = Locked(() => _volumes.Find(known => known.Identity == wanted));
        return volume is null ? OverlayStatus.NotFound : OverlayStatus.Ok;
    }

    public OverlayStatus OpenVolume(in VolumeIdentity identity, out Volume? volume)
    {
        lock (_gate)
        {
            if (FindVolume(identity, out volume) == OverlayStatus.Ok)
                return OverlayStatus.Ok;
            volume = new Volume(_volumes.Count + 1, identity, default);
            _volumes.Add(volume);
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus PutTraits(long volume, in VolumeTraits traits)
    {
        lock (_gate)
        {
            int index = _volumes.FindIndex(known => known.Id == volume);
            if (index < 0)
                return OverlayStatus.NotFound;
            _volumes[index] = _volumes[index] with { Traits = traits };
        }

        return OverlayStatus.Ok;
    }

    public OverlayStatus Sync() => OverlayStatus.Ok;

    public void Dispose()
    {
    }

    private bool Has(in InodeKey key, InodeRecord record) =>
        _records.TryGetValue(key, out InodeRecord? known) && known.SetAt == record.SetAt;

    private static string NameOf(byte[] name) => Encoding.Latin1.GetString(name);

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }
}
