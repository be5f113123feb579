using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough;

/// <summary>Every event of this project.</summary>
internal static partial class PassthroughLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning,
        Message = "inode number {Ino} was reused: its record is of another file and was put into quarantine")]
    public static partial void Quarantined(ILogger log, ulong ino);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information,
        Message = "reads and writes go through the daemon: the kernel does not pass them through ({Errno})")]
    public static partial void NoPassthrough(ILogger log, Errno errno);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error,
        Message = "{Operation} did not keep a change: the overlay database answered {Status}")]
    public static partial void NotKept(ILogger log, string operation, Overlay.OverlayStatus status);
}
