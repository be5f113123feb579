using MetaFs.Fuse;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Statistics;

/// <summary>All that <c>metafs stats</c> knows at one moment.</summary>
/// <param name="Info">The mount.</param>
/// <param name="Stats">What it has done.</param>
/// <param name="Rows">What its database has; null: that cannot be read by who asks.</param>
internal sealed record MountStatistics(ControlInfo Info, ControlStats Stats, OverlayCounts? Rows)
{
    public double Seconds => Stats.UptimeNs / 1e9;

    /// <summary>Another number by its name; 0 where the daemon does not tell it.</summary>
    public long this[string counter] => Stats.Counters.GetValueOrDefault(counter);

    /// <summary>Opens of files, and how many of them the kernel then reads and writes by itself.</summary>
    public (long All, long PassedThrough) Opens => (
        CountOf("OPEN") + CountOf("CREATE") + CountOf("TMPFILE"), this["passthrough_opens"]);

    /// <summary>What has happened since an earlier moment.</summary>
    public MountStatistics Since(MountStatistics earlier)
    {
        Dictionary<string, OpcodeStatistics> before = earlier.Stats.Requests.ToDictionary(static o => o.Name);
        List<OpcodeStatistics> requests = [];
        foreach (OpcodeStatistics now in Stats.Requests)
        {
            OpcodeStatistics change = before.TryGetValue(now.Name, out OpcodeStatistics? then) ? Since(now, then) : now;
            if (change.Count > 0)
                requests.Add(change);
        }

        ILookup<(string, string, string?), long> outcomes =
            earlier.Stats.Attributes.ToLookup(static o => (o.Attribute, o.Outcome, o.Errno), static o => o.Count);
        List<ControlOutcome> attributes = [];
        foreach (ControlOutcome now in Stats.Attributes)
        {
            long count = now.Count - outcomes[(now.Attribute, now.Outcome, now.Errno)].FirstOrDefault();
            if (count > 0)
                attributes.Add(now with { Count = count });
        }

        return this with
        {
            Stats = Stats with
            {
                UptimeNs = Stats.UptimeNs - earlier.Stats.UptimeNs,
                Requests = requests,
                Attributes = attributes,
            },
        };
    }

    private long CountOf(string opcode) => Stats.Requests.FirstOrDefault(o => o.Name == opcode)?.Count ?? 0;

    private static OpcodeStatistics Since(OpcodeStatistics now, OpcodeStatistics then)
    {
        Dictionary<long, long> before = [];
        for (int i = 0; i + 1 < then.Buckets.Length; i += 2)
            before[then.Buckets[i]] = then.Buckets[i + 1];
        List<long> buckets = [];
        for (int i = 0; i + 1 < now.Buckets.Length; i += 2)
        {
            long count = now.Buckets[i + 1] - before.GetValueOrDefault(now.Buckets[i]);
            if (count > 0)
                buckets.AddRange([now.Buckets[i], count]);
        }

        Dictionary<string, long> errors = [];
        foreach ((string errno, long count) in now.Errors)
        {
            if (count > then.Errors.GetValueOrDefault(errno))
                errors[errno] = count - then.Errors.GetValueOrDefault(errno);
        }

        // The longest ever may have been before; of now only its bucket is known.
        long longest = buckets.Count == 0 ? 0 : Math.Min(now.LongestNs, LatencyHistogram.EndOf((int)buckets[^2]));
        return new OpcodeStatistics(
            now.Name, now.Count - then.Count, now.TotalNs - then.TotalNs, longest, [.. buckets], errors);
    }
}
