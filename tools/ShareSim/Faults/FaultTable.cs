namespace MetaFs.ShareSim.Faults;

/// <summary>The faults of a share, oldest first; the newest that matches counts.</summary>
internal sealed class FaultTable
{
    private readonly Lock _lock = new();

    // Replaced as a whole under _lock, so that calls read it without.
    private volatile Entry[] _entries = [];

    // Guarded by _lock; numbers are not used twice.
    private int _lastId;

    private sealed record Entry(int Id, Fault Fault);

    /// <summary>Adds a fault.</summary>
    /// <returns>Its number.</returns>
    public int Add(Fault fault)
    {
        lock (_lock)
        {
            _entries = [.. _entries, new Entry(++_lastId, fault)];
            return _lastId;
        }
    }

    /// <summary>Ends one fault.</summary>
    /// <returns>Whether there was one of this number.</returns>
    public bool Remove(int id) => RemoveWhere(entry => entry.Id == id) > 0;

    /// <summary>Ends every fault that a condition holds for.</summary>
    /// <returns>How many those were.</returns>
    public int Remove(Predicate<Fault> condition) => RemoveWhere(entry => condition(entry.Fault));

    /// <summary>Number and command of each.</summary>
    public IEnumerable<string> List() => _entries.Select(entry => $"{entry.Id} {entry.Fault.Text}");

    /// <summary>The newest fault of a kind for a path.</summary>
    public T? Newest<T>(string path)
        where T : Fault
    {
        Entry[] entries = _entries;
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i].Fault is T fault && fault.On.Matches(path))
                return fault;
        }

        return null;
    }

    /// <summary>Whether the share lacks something.</summary>
    public bool Lacks(Feature feature, string path)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Fault is LackFault lack && lack.Feature == feature && lack.On.Matches(path))
                return true;
        }

        return false;
    }

    /// <summary>Counts a call at every fault that it belongs to.</summary>
    /// <returns>The newest fault of each kind that concerns it.</returns>
    public Concerning Count(Call call, string path, string? other)
    {
        var concerning = default(Concerning);
        foreach (Entry entry in _entries)
        {
            if (entry.Fault is not CallFault fault || !fault.Count(call, path, other))
                continue;
            concerning = fault switch
            {
                RefuseFault refuse => concerning with { Refuse = refuse },
                IgnoreFault ignore => concerning with { Ignore = ignore },
                DelayFault delay => concerning with { Delay = delay },
                HangFault hang => concerning with { Hang = hang },
                _ => concerning,
            };
        }

        return concerning;
    }

    private int RemoveWhere(Predicate<Entry> condition)
    {
        Entry[] gone;
        lock (_lock)
        {
            gone = Array.FindAll(_entries, condition);
            _entries = Array.FindAll(_entries, entry => !condition(entry));
        }

        foreach (Entry entry in gone)
            (entry.Fault as HangFault)?.Resumed.Set();
        return gone.Length;
    }
}

/// <summary>What one call meets.</summary>
internal readonly record struct Concerning(
    RefuseFault? Refuse, IgnoreFault? Ignore, DelayFault? Delay, HangFault? Hang);
