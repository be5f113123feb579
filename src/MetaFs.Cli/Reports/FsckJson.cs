using System.Text.Json;
using MetaFs.Cli.Checking;

namespace MetaFs.Cli.Reports;

/// <summary>For programs: one object; the findings as an array, then the sums. The keys are never changed.</summary>
internal sealed class FsckJson : IFsckReport
{
    private readonly MemoryStream _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly TextWriter _output;

    public FsckJson(TextWriter output, CheckedShare share)
    {
        _output = output;
        _json = new Utf8JsonWriter(_buffer, JsonValues.Options);
        _json.WriteStartObject();
        _json.WriteString("database", share.Database);
        _json.WriteString("share", share.Name);
        _json.WriteStartArray("findings");
    }

    public void Write(Finding finding)
    {
        _json.WriteStartObject();
        WriteSubject(_json, finding);
        _json.WriteBoolean("problem", finding.IsProblem);
        _json.WriteString("detail", finding.Detail);
        _json.WriteEndObject();
    }

    public void Finish(FsckCounts counts, IReadOnlyList<Repaired>? repaired)
    {
        _json.WriteEndArray();
        if (repaired is not null)
            WriteRepairs(repaired);
        _json.WriteNumber("problems", counts.Problems);
        _json.WriteNumber("names", counts.Names);
        _json.WriteNumber("records", counts.Records);
        _json.WriteNumber("found", counts.Found);
        foreach (FindingKind kind in Enum.GetValues<FindingKind>())
            _json.WriteNumber(Word(kind), counts[kind]);
        _json.WriteNumber("not_comparable", counts.NotComparable);
        _json.WriteNumber("elsewhere", counts.Elsewhere);
        _json.WriteNumber("quarantined", counts.Quarantined);
        _json.WriteNumber("orphan_xattrs", counts.OrphanXattrs);
        _json.WriteEndObject();
        _json.Flush();
        _output.WriteLine(System.Text.Encoding.UTF8.GetString(_buffer.GetBuffer().AsSpan(0, (int)_buffer.Length)));
    }

    /// <summary>"kind" and what it is about.</summary>
    internal static void WriteSubject(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("kind", Word(finding.Kind));
        if (finding.Path is { } path)
            JsonValues.WritePath(json, path);
        if (finding.Move is { } move)
        {
            JsonValues.WritePath(json, move.ToPath ?? move.ToName, "renamed_to");
            json.WriteNumber("note", move.Id);
            json.WriteNumber("volume", move.Volume);
        }

        if (finding.Key is { } key)
        {
            json.WriteNumber("volume", key.Volume);
            json.WriteNumber("ino", key.Ino);
        }
    }

    /// <summary>The word for programs.</summary>
    internal static string Word(RepairOutcome outcome) => outcome switch
    {
        RepairOutcome.Quarantined => "quarantined",
        RepairOutcome.Corrected => "corrected",
        RepairOutcome.Dropped => "dropped",
        RepairOutcome.Failed => "failed",
        _ => "left",
    };

    private void WriteRepairs(IReadOnlyList<Repaired> repaired)
    {
        _json.WriteStartArray("repairs");
        foreach (Repaired done in repaired)
        {
            _json.WriteStartObject();
            WriteSubject(_json, done.Finding);
            _json.WriteString("done", Word(done.Outcome));
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    public void Dispose()
    {
        _json.Dispose();
        _buffer.Dispose();
    }

    private static string Word(FindingKind kind) => kind switch
    {
        FindingKind.DamagedDatabase => "damaged_database",
        FindingKind.DamagedRecord => "damaged_record",
        FindingKind.UnknownVolume => "unknown_volume",
        FindingKind.Leftover => "leftover",
        FindingKind.ReusedInode => "reused_inode",
        FindingKind.VoidTimes => "void_times",
        FindingKind.MovedFile => "moved_file",
        FindingKind.PendingRename => "pending_rename",
        FindingKind.UnsettledRename => "unsettled_rename",
        _ => "unreadable",
    };
}
