using System.IO;
using Microsoft.Extensions.Logging;

namespace MetaFs.ShareSim;

/// <summary>Messages of the protocol layer as lines.</summary>
internal sealed class TextLogger(TextWriter writer) : ILogger
{
    public TextWriter Writer { get; } = TextWriter.Synchronized(writer);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Writer.WriteLine($"sharesim: {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}");
    }
}
