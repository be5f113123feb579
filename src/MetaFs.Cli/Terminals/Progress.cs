// One line on standard error that is written over: how far a walk is. Silent where nobody looks.
using System.CommandLine;
using System.Globalization;
using System.Text;

namespace MetaFs.Cli.Terminals;

/// <summary>How far something is. One thread.</summary>
internal sealed class Progress : IDisposable
{
    private const int BarWidth = 24;
    private const long FirstAfter = 400;
    private const long Every = 100;

    // What is left is guessed from what is done; from less than that it is a wild guess.
    private const long GuessAfter = 2000;

    private readonly TextWriter? _error;
    private readonly string _what;
    private readonly Ink _ink;
    private readonly long _start = Environment.TickCount64;
    private long _next;
    private bool _isShown;

    private Progress(TextWriter? error, string what)
    {
        _error = error;
        _what = what;
        _ink = error is null ? Ink.None : Ink.For(error);
        _next = _start + FirstAfter;
    }

    /// <summary>The option that every walking command has.</summary>
    public static Option<bool> QuietOption() => new("--quiet", "-q")
    {
        Description = "no progress on standard error",
    };

    /// <summary>A line for a command.</summary>
    /// <param name="error">Standard error, or what stands in for it.</param>
    /// <param name="quiet">The user wants none.</param>
    /// <param name="what">What is being done, one word.</param>
    public static Progress Start(TextWriter error, bool quiet, string what) =>
        new(quiet || !Terminal.IsTerminal(error) ? null : error, what);

    /// <summary>Says how far it is; most calls cost one look at the clock.</summary>
    /// <param name="done">How many.</param>
    /// <param name="total">Of how many; 0: not known.</param>
    /// <param name="unit">Of what, in the plural.</param>
    /// <param name="place">Where; shown as far as there is room.</param>
    public void Report(long done, long total, string unit, ReadOnlySpan<byte> place = default)
    {
        if (_error is null)
            return;
        long now = Environment.TickCount64;
        if (now < _next)
            return;
        _next = now + Every;
        string line = Line(_what, done, total, unit, now - _start, place, Terminal.Width - 1);
        _isShown = true;
        _error.Write($"\r{_ink.Dim(line)}\e[K");
    }

    /// <summary>Takes the line away, before something else is written.</summary>
    public void Clear()
    {
        if (!_isShown)
            return;
        _isShown = false;
        _error!.Write("\r\e[K");
    }

    public void Dispose() => Clear();

    /// <summary>The line itself, at most <paramref name="width"/> columns.</summary>
    internal static string Line(
        string what, long done, long total, string unit, long elapsed, ReadOnlySpan<byte> place, int width)
    {
        var line = new StringBuilder(what);
        long rate = elapsed > 0 ? done * 1000 / elapsed : 0;
        if (total > 0 && done <= total)
        {
            int filled = (int)(done * BarWidth / total);
            line.Append(" [").Append('#', filled).Append('-', BarWidth - filled).Append("] ");
            line.Append(CultureInfo.InvariantCulture, $"{done * 100 / total,3}%  {done:N0} of {total:N0} {unit}");
            if (rate > 0 && done < total && elapsed >= GuessAfter)
                line.Append(CultureInfo.InvariantCulture, $"  {Left((total - done) / rate)}");
        }
        else
        {
            line.Append(CultureInfo.InvariantCulture, $"  {done:N0} {unit}");
            if (rate > 0)
                line.Append(CultureInfo.InvariantCulture, $"  {rate:N0}/s");
        }

        int room = width - line.Length - 2;
        if (!place.IsEmpty && room > 8)
            line.Append("  ").Append(Shorten(ByteText.ForDisplay(place), room));
        return line.Length > width ? line.ToString(0, width) : line.ToString();
    }

    // The end of a path says more than its beginning.
    private static string Shorten(string path, int room) =>
        path.Length <= room ? path : "..." + path[^(room - 3)..];

    private static string Left(long seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds} s left"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min left"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600} h left"),
    };
}
