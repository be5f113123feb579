using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Passthrough.Counters;

/// <summary>The attributes that can be set.</summary>
internal enum SetAttribute
{
    Uid,
    Gid,
    Mode,
    Atime,
    Mtime,
}

/// <summary>What became of each attribute that was set: kept by the share, or recorded, and why.</summary>
internal sealed class AttributeCounters
{
    private const int Attributes = 5;
    private const int Kinds = 7;

    // The last errno of Linux is EHWPOISON, 133.
    private const int Errnos = 134;

    // Interlocked only. Kind 0: the share keeps it.
    private readonly long[] _outcomes = new long[Attributes * Kinds];
    private readonly long[] _refusals = new long[Attributes * Errnos];

    /// <summary>One attribute was set.</summary>
    /// <param name="attribute">Which.</param>
    /// <param name="reason">Why it is recorded; null: the share keeps it.</param>
    public void Count(SetAttribute attribute, Reason? reason)
    {
        int kind = (int)(reason?.Kind ?? 0);
        if (kind == (int)ReasonKind.Refused)
            Interlocked.Increment(ref _refusals[((int)attribute * Errnos) + Math.Clamp(reason!.Value.Errno, 0, Errnos - 1)]);
        else
            Interlocked.Increment(ref _outcomes[((int)attribute * Kinds) + kind]);
    }

    /// <summary>What happened at all, by attribute.</summary>
    public List<ControlOutcome> Read()
    {
        List<ControlOutcome> outcomes = [];
        foreach (SetAttribute attribute in Enum.GetValues<SetAttribute>())
        {
            string name = Enum.GetName(attribute)!.ToLowerInvariant();
            for (int kind = 0; kind < Kinds; kind++)
                Add(outcomes, name, WordOf(kind), null, ref _outcomes[((int)attribute * Kinds) + kind]);
            for (int errno = 0; errno < Errnos; errno++)
                Add(outcomes, name, "refused", ((Errno)errno).ToString(), ref _refusals[((int)attribute * Errnos) + errno]);
        }

        return outcomes;
    }

    private static void Add(
        List<ControlOutcome> outcomes, string attribute, string outcome, string? errno, ref long counter)
    {
        long count = Volatile.Read(ref counter);
        if (count > 0)
            outcomes.Add(new ControlOutcome(attribute, outcome, errno, count));
    }

    private static string WordOf(int kind) =>
        kind == 0 ? "accepted" : PassthroughFileSystem.ReasonName((ReasonKind)kind);
}
