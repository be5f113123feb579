using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs show</c> prints as it goes: blocks with a line between them, or the elements of an array.</summary>
internal sealed class ShowReport : IDisposable
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly ShowJson? _json;
    private readonly Ink _ink;
    private readonly long _now = Libc.RealtimeNanoseconds();
    private bool _failed;
    private bool _isFirst = true;

    public ShowReport(TextWriter output, TextWriter error, bool json)
    {
        _output = output;
        _error = error;
        _json = json ? new ShowJson() : null;
        _ink = json ? Ink.None : Ink.For(output);
    }

    /// <summary>A file.</summary>
    public void Write(ReadOnlySpan<byte> path, ControlShow show)
    {
        if (_json is not null)
        {
            _json.Write(path, show);
            _output.Write(_json.Take());
            return;
        }

        if (!_isFirst)
            _output.WriteLine();
        _isFirst = false;
        _output.Write(ShowText.Format(path, show, _now, _ink));
    }

    /// <summary>A path that cannot be shown.</summary>
    public void Fail(ReadOnlySpan<byte> path, Errno errno)
    {
        _failed = true;
        string message = ControlClient.Explain(errno);
        _json?.WriteError(path, errno, message);
        _error.WriteLine($"metafs: {ByteText.ForDisplay(path)}: {message}");
    }

    /// <summary>The end of the array, and how it went.</summary>
    public ExitCode Finish()
    {
        if (_json is not null)
            _output.WriteLine(_json.Finish());
        return _failed ? ExitCode.Failure : ExitCode.Ok;
    }

    public void Dispose() => _json?.Dispose();
}
