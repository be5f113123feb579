// A store whose disk fails when a test says so, and which counts what it was asked.
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>The calls of a store that a test can have fail.</summary>
[Flags]
internal enum StoreCalls
{
    None = 0,
    Get = 1,
    Put = 2,
    Remove = 4,
    Apply = 8,
    Directory = 16,
    Quarantine = 32,
    Volume = 64,
    Sync = 128,
    Removal = 256,
    Replacement = 512,
    Hidden = 1024,

    /// <summary>All that a full or read-only disk refuses.</summary>
    Writes = Put | Remove | Apply | Directory | Quarantine | Volume | Removal | Replacement | Hidden,
}

/// <summary>Hands calls on to another store, but for those that are to fail.</summary>
internal sealed partial class FaultyStore(IOverlayStore inner) : IOverlayStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StoreCalls, int> _counts = [];
    private StoreCalls _failing;
    private OverlayStatus _status;
    private int _remaining;

    public bool IsEmpty => inner.IsEmpty;

    public bool HasVolumes => inner.HasVolumes;

    public long Commits => inner.Commits;

    /// <summary>Has calls of these kinds fail, all from the n-th on; 1 is the next one.</summary>
    public void FailFrom(int nth, StoreCalls calls, OverlayStatus status)
    {
        lock (_gate)
            (_remaining, _failing, _status) = (nth, calls, status);
    }

    public void Fail(StoreCalls calls, OverlayStatus status) => FailFrom(1, calls, status);

    public void Heal() => Fail(StoreCalls.None, OverlayStatus.Ok);

    /// <summary>How often a kind of call was made, failed ones counted.</summary>
    public int CountOf(StoreCalls call)
    {
        lock (_gate)
            return _counts.GetValueOrDefault(call);
    }

    /// <summary>Runs before a record is read: another thread that was faster.</summary>
    public Action? BeforeGet { get; set; }

    public OverlayStatus Get(in InodeKey key, out InodeRecord? record)
    {
        BeforeGet?.Invoke();
        record = null;
        return Fails(StoreCalls.Get) ?? inner.Get(key, out record);
    }

    public OverlayStatus Put(in InodeKey key, InodeRecord record) =>
        Fails(StoreCalls.Put) ?? inner.Put(key, record);

    public OverlayStatus Remove(in InodeKey key) => Fails(StoreCalls.Remove) ?? inner.Remove(key);

    /// <summary>Runs before a record is removed: another thread that was faster.</summary>
    public Action? BeforeRemove { get; set; }

    public OverlayStatus Remove(in InodeKey key, InodeRecord record)
    {
        BeforeRemove?.Invoke();
        return Fails(StoreCalls.Remove) ?? inner.Remove(key, record);
    }

    public OverlayStatus Apply(ReadOnlySpan<OverlayChange> changes) =>
        Fails(StoreCalls.Apply) ?? inner.Apply(changes);

    public OverlayStatus GetXattr(in InodeKey key, byte[] name, Span<byte> value, out int? size)
    {
        size = null;
        return Fails(StoreCalls.Get) ?? inner.GetXattr(key, name, value, out size);
    }

    public OverlayStatus GetXattrs(in InodeKey key, bool withValues, out IReadOnlyList<OverlaidXattr> xattrs)
    {
        xattrs = [];
        return Fails(StoreCalls.Get) ?? inner.GetXattrs(key, withValues, out xattrs);
    }

    /// <summary>Runs before attributes are written: another thread that was faster.</summary>
    public Action? BeforePutXattrs { get; set; }

    public OverlayStatus PutXattrs(
        in InodeKey key, InodeRecord record, ReadOnlySpan<XattrChange> changes, bool isFirst)
    {
        BeforePutXattrs?.Invoke();
        return Fails(StoreCalls.Put) ?? inner.PutXattrs(key, record, changes, isFirst);
    }

    public OverlayStatus PutDirectory(in InodeKey directory, in PathHint hint) =>
        Fails(StoreCalls.Directory) ?? inner.PutDirectory(directory, hint);

    public OverlayStatus RemoveDirectory(in InodeKey directory) =>
        Fails(StoreCalls.Directory) ?? inner.RemoveDirectory(directory);

    public OverlayStatus BeginRemoval(in InodeKey key) => Fails(StoreCalls.Removal) ?? inner.BeginRemoval(key);

    public OverlayStatus EndRemoval(in InodeKey key) => Fails(StoreCalls.Removal) ?? inner.EndRemoval(key);

    public IReadOnlyList<PendingRemoval> PendingRemovals(long volume) => inner.PendingRemovals(volume);

    /// <summary>Runs before a replacement is noted: another host that was faster.</summary>
    public Action? BeforeReplacement { get; set; }

    public OverlayStatus BeginReplacement(long volume, string hidden, ReadOnlySpan<byte> path)
    {
        BeforeReplacement?.Invoke();
        return Fails(StoreCalls.Replacement) ?? inner.BeginReplacement(volume, hidden, path);
    }

    public OverlayStatus EndReplacement(long volume, string hidden) =>
        Fails(StoreCalls.Replacement) ?? inner.EndReplacement(volume, hidden);

    public IReadOnlyList<PendingReplacement> PendingReplacements(long volume) => inner.PendingReplacements(volume);

    public OverlayStatus PutHiddenDirectory(long volume, string name) =>
        Fails(StoreCalls.Hidden) ?? inner.PutHiddenDirectory(volume, name);

    /// <summary>Runs before a record is quarantined: another thread that was faster.</summary>
    public Action? BeforeQuarantine { get; set; }

    public OverlayStatus Quarantine(in InodeKey key, string reason, InodeRecord? record = null)
    {
        BeforeQuarantine?.Invoke();
        return Fails(StoreCalls.Quarantine) ?? inner.Quarantine(key, reason, record);
    }

    public IReadOnlyList<Volume> Volumes() => inner.Volumes();

    public OverlayStatus FindVolume(in VolumeIdentity identity, out Volume? volume) =>
        inner.FindVolume(identity, out volume);

    public OverlayStatus OpenVolume(in VolumeIdentity identity, out Volume? volume)
    {
        volume = null;
        return Fails(StoreCalls.Volume) ?? inner.OpenVolume(identity, out volume);
    }

    public OverlayStatus PutTraits(long volume, in VolumeTraits traits) =>
        Fails(StoreCalls.Volume) ?? inner.PutTraits(volume, traits);

    public OverlayStatus Sync() => Fails(StoreCalls.Sync) ?? inner.Sync();

    public void Dispose() => inner.Dispose();

    private OverlayStatus? Fails(StoreCalls call)
    {
        lock (_gate)
        {
            _counts[call] = _counts.GetValueOrDefault(call) + 1;
            if ((_failing & call) == 0 || --_remaining > 0)
                return null;
            return _status;
        }
    }
}
