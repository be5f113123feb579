using MetaFs.Fuse;

namespace MetaFs.Passthrough.Control;

/// <summary>What a mount has done so far; an answer may have a part of the opcodes only.</summary>
/// <param name="UptimeNs">Since it was mounted.</param>
/// <param name="Requests">By opcode.</param>
/// <param name="Next">What to ask for next; null: this was all.</param>
/// <param name="Attributes">What became of attributes that were set; in the first answer.</param>
/// <param name="Counters">Other numbers by their names; in the first answer.</param>
public sealed record ControlStats(
    long UptimeNs, IReadOnlyList<OpcodeStatistics> Requests, int? Next, IReadOnlyList<ControlOutcome> Attributes,
    Dictionary<string, long> Counters);

/// <summary>What became of one attribute that was set.</summary>
/// <param name="Attribute">"uid", "gid", "mode", "atime", "mtime".</param>
/// <param name="Outcome">"accepted": the share keeps it; else the reason why it is recorded.</param>
/// <param name="Errno">The share's answer, for "refused".</param>
/// <param name="Count">How often.</param>
public sealed record ControlOutcome(string Attribute, string Outcome, string? Errno, long Count);
