using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough;

/// <summary>Every event of this project.</summary>
internal static partial class PassthroughLog
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning,
        Message = "the record of inode {Ino} was put into quarantine: {Reason}")]
    public static partial void Quarantined(ILogger log, ulong ino, string reason);

    [LoggerMessage(EventId = 210, Level = LogLevel.Warning,
        Message = "the name of inode {Ino} leads to another file: its record was put into quarantine")]
    public static partial void Supplanted(ILogger log, ulong ino);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information,
        Message = "reads and writes go through the daemon: the kernel does not pass them through ({Errno})")]
    public static partial void NoPassthrough(ILogger log, Errno errno);

    [LoggerMessage(EventId = 211, Level = LogLevel.Warning,
        Message = "the CIFS client has stopped using the server's inode numbers (it met one directory by two names); they are "
            + "asked of the server from now on, which is slower, until the share is unmounted and mounted again")]
    public static partial void NumbersLost(ILogger log);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error,
        Message = "{Operation} did not keep a change: the overlay database answered {Status}")]
    public static partial void NotKept(ILogger log, string operation, Overlay.OverlayStatus status);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning,
        Message = "a file that is removed while it is open keeps a name on the share until its last close: no directory "
            + "to hide it in could be made at the share's root ({Errno})")]
    public static partial void CannotHide(ILogger log, Errno errno);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning,
        Message = "a removed file stays in the share's hidden directory until the next mount ({Errno})")]
    public static partial void HiddenStays(ILogger log, Errno errno);

    [LoggerMessage(EventId = 205, Level = LogLevel.Warning,
        Message = "the hidden directory {Name} of an earlier mount could not be cleared ({Errno})")]
    public static partial void NotCleared(ILogger log, string name, Errno errno);

    [LoggerMessage(EventId = 206, Level = LogLevel.Warning,
        Message = "a file whose replacement was cut short has its name back: {Path}")]
    public static partial void GivenBack(ILogger log, string path);

    [LoggerMessage(EventId = 207, Level = LogLevel.Warning,
        Message = "{Path}: its replacement was cut short, and it cannot have its name back ({Errno}); on the share it is "
            + "{Directory}/{Name}")]
    public static partial void NotGivenBack(ILogger log, string path, string directory, string name, Errno errno);

    [LoggerMessage(EventId = 209, Level = LogLevel.Warning,
        Message = "whether {From} was renamed to {To} when the daemon died cannot be told yet: both names are EIO until it can; "
            + "metafs fsck says why, and its --settle ends it")]
    public static partial void MoveUnsettled(ILogger log, string from, string to);

    [LoggerMessage(EventId = 208, Level = LogLevel.Warning,
        Message = "{Directory}/{Name} on the share is a file that another one was to replace; what became of that was lost, "
            + "as by a power failure, so it stays there: copy what is needed, then remove it")]
    public static partial void ReplacedStays(ILogger log, string directory, string name);
}
