// A store without a disk, for tests of what lies above it.
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>Records in memory. Thread-safe.</summary>
internal sealed class MemoryStore : IOverlayStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<InodeKey, InodeRecord> _records = [];
    private readonly Dictionary<InodeKey, InodeRecord> _quarantined = [];
    private readonly Dictionary<InodeKey, PathHint> _places = [];
    private readonly List<Volume> _volumes = [];
    private readonly HashSet<InodeKey> _removals = [];

    /// <summary>Records in service.</summary>
    public int Count => Locked(() => _records.Count);

    public IReadOnlyList<InodeKey> Quarantined => Locked<IReadOnlyList<InodeKey>>(() => [.. _quarantined.Keys]);

    public bool IsEmpty => Count == 0;

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
            _records.Remove(key);
        return OverlayStatus.Ok;
    }

    public OverlayStatus Remove(in InodeKey key, InodeRecord record)
    {
        lock (_gate)
            _ = Has(key, record) && _records.Remove(key);
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

    public OverlayStatus Quarantine(in InodeKey key, string reason, InodeRecord? record = null)
    {
        lock (_gate)
        {
            if ((record is null || Has(key, record)) && _records.Remove(key, out InodeRecord? moved))
                _quarantined[key] = moved;
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

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }
}
