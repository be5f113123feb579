using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Checking;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs prune</c> prints: the records whose files are gone, then what was done.</summary>
internal sealed class PruneReport : IDisposable
{
    private readonly TextWriter _output;
    private readonly CheckedShare _share;
    private readonly bool _dryRun;
    private readonly MemoryStream _buffer = new();
    private readonly Utf8JsonWriter? _json;

    public PruneReport(TextWriter output, CheckedShare share, bool json, bool dryRun)
    {
        _output = output;
        _share = share;
        _dryRun = dryRun;
        if (!json)
            return;
        _json = new Utf8JsonWriter(_buffer, JsonValues.Options);
        _json.WriteStartObject();
        _json.WriteString("database", share.Database);
        _json.WriteString("share", share.Name);
        _json.WriteStartArray("gone");
    }

    /// <summary>A record whose file is gone.</summary>
    public void Write(Finding finding)
    {
        if (_json is null)
        {
            _output.WriteLine($"gone: {FsckText.Subject(finding)}");
            return;
        }

        _json.WriteStartObject();
        FsckJson.WriteSubject(_json, finding);
        _json.WriteEndObject();
    }

    /// <summary>The sums.</summary>
    public void Finish(long gone, long dropped, long unreadable)
    {
        if (_json is null)
        {
            string done = _dryRun || dropped == 0 ? "nothing was deleted" : $"{dropped} deleted";
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{_share.Database}: {gone} {(gone == 1 ? "record" : "records")} of files that are gone; {done}"));
            return;
        }

        _json.WriteEndArray();
        _json.WriteNumber("dropped", dropped);
        _json.WriteNumber("unreadable", unreadable);
        _json.WriteBoolean("dry_run", _dryRun);
        _json.WriteEndObject();
        _json.Flush();
        _output.WriteLine(Encoding.UTF8.GetString(_buffer.GetBuffer().AsSpan(0, (int)_buffer.Length)));
    }

    public void Dispose()
    {
        _json?.Dispose();
        _buffer.Dispose();
    }
}
