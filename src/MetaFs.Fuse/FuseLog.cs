using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Fuse;

/// <summary>Everything the protocol layer logs.</summary>
internal static partial class FuseLog
{
    [LoggerMessage(1, LogLevel.Information, "fuse 7.{Minor}, features {Features}")]
    public static partial void Initialized(ILogger log, uint minor, string features);

    [LoggerMessage(2, LogLevel.Error, "{Reason}")]
    public static partial void InitRefused(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Opcode} of request {Unique} failed, answered EIO")]
    public static partial void OperationFailed(ILogger log, string opcode, ulong unique, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "{Opcode} of request {Unique} is malformed")]
    public static partial void Malformed(ILogger log, string opcode, ulong unique);

    [LoggerMessage(5, LogLevel.Warning, "a message of {Length} bytes is no request")]
    public static partial void NoRequest(ILogger log, int length);

    [LoggerMessage(6, LogLevel.Debug, "the reply to {Opcode} of request {Unique} was refused: {Errno}")]
    public static partial void ReplyRefused(ILogger log, string opcode, ulong unique, Errno errno);

    [LoggerMessage(7, LogLevel.Error, "reading requests failed: {Errno}")]
    public static partial void ChannelFailed(ILogger log, Errno errno);

    [LoggerMessage(8, LogLevel.Warning, "no further worker thread beyond {Threads}")]
    public static partial void NoFurtherThread(ILogger log, int threads, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "closing the file system failed")]
    public static partial void DestroyFailed(ILogger log, Exception exception);
}
