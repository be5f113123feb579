namespace MetaFs.Fuse;

/// <summary>What one kind of request has cost so far.</summary>
/// <param name="Name">A word like "LOOKUP".</param>
/// <param name="Count">Requests that came.</param>
/// <param name="TotalNs">Time from their arrival to their reply, all together, ns.</param>
/// <param name="LongestNs">The longest of them, ns.</param>
/// <param name="Buckets">For each bucket of <see cref="LatencyHistogram"/> that has any: its number, then how many.</param>
/// <param name="Errors">Error replies by errno.</param>
public sealed record OpcodeStatistics(
    string Name, long Count, long TotalNs, long LongestNs, long[] Buckets, Dictionary<string, long> Errors);
