using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough;

/// <summary>Every event of this project.</summary>
internal static partial class PassthroughLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning,
        Message = "the record of inode {Ino} was put into quarantine: {Reason}")]
    public static partial void Quarantined(ILogger log, ulong ino, string reason);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information,
        Message = "reads and writes go through the daemon: the kernel does not pass them through ({Errno})")]
    public static partial void NoPassthrough(ILogger log, Errno errno);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error,
        Message = "{Operation} did not keep a change: the overlay database answered {Status}")]
    public static partial void NotKept(ILogger log, string operation, Overlay.OverlayStatus status);
}
