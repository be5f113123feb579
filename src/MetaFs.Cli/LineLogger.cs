// Messages as lines: on standard error in the foreground, in the system log in the background.
using System.Text;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Cli;

/// <summary>Logs to descriptor 2, or to syslog(3) and, until the mount is ready, to whoever waits for it.</summary>
/// <remarks>
/// Not through Console: it would keep a duplicate of the descriptor for ever.
/// </remarks>
internal sealed class LineLogger : ILogger
{
    private const int LOG_CRIT = 2;

    private static readonly SafeFd s_standardError = new(2, ownsHandle: false);

    private readonly bool _background;
    private readonly Lock _lock = new();

    // Guarded by _lock; null once taken.
    private List<string>? _early;

    public LineLogger(bool background)
    {
        _background = background;
        _early = background ? [] : null;
    }

    /// <summary>The warnings so far, for the person who waits; later ones go to the system log alone.</summary>
    public string TakeEarlyWarnings()
    {
        lock (_lock)
        {
            string lines = string.Join('\n', _early ?? []);
            _early = null;
            return lines;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string text = formatter(state, exception);
        if (exception is not null)
            text = $"{text}: {exception}";
        string line = $"{Word(logLevel)}{text}";
        if (!_background)
        {
            WriteLine(JournalStream.Lines(Priority(logLevel), line) ?? $"metafs: {line}");
            return;
        }

        Libc.Syslog(Libc.LOG_DAEMON | Priority(logLevel), line);
        lock (_lock)
        {
            if (logLevel >= LogLevel.Warning)
                _early?.Add(line);
        }
    }

    // One write(2) per message, so that lines of several threads do not mix.
    private static void WriteLine(string line)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes($"{line}\n");
        while (!rest.IsEmpty && Libc.Write(s_standardError, rest, out int written) == Errno.OK)
            rest = rest[written..];
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning: ",
        LogLevel.Error or LogLevel.Critical => "error: ",
        _ => "",
    };

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => LOG_CRIT,
        LogLevel.Error => Libc.LOG_ERR,
        LogLevel.Warning => Libc.LOG_WARNING,
        LogLevel.Information => Libc.LOG_INFO,
        _ => Libc.LOG_DEBUG,
    };
}
