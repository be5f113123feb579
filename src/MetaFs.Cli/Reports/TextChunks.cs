using System.Text;

namespace MetaFs.Cli.Reports;

/// <summary>Collects lines and hands them on in larger pieces: standard output writes each piece at once.</summary>
internal sealed class TextChunks : IDisposable
{
    private const int ChunkSize = 32 * 1024;

    private readonly StringBuilder _text = new(ChunkSize + 1024);
    private readonly TextWriter _output;

    public TextChunks(TextWriter output) => _output = output;

    public void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        if (_text.Length >= ChunkSize)
            Flush();
    }

    public void Dispose() => Flush();

    private void Flush()
    {
        _output.Write(_text);
        _text.Clear();
    }
}
