using Microsoft.Extensions.Logging;

namespace MetaFs.Cli;

/// <summary>What the program itself logs while a mount lives.</summary>
internal static partial class CliLog
{
    [LoggerMessage(1, LogLevel.Information, "{Source} is mounted on {MountPoint}, records in {Database}")]
    public static partial void Mounted(ILogger log, string source, string mountPoint, string database);

    [LoggerMessage(
        2, LogLevel.Warning,
        "{Source} ({FileSystem}) does not keep the inode numbers of its files: with identity=ino, what is recorded counts "
        + "only until it is unmounted")]
    public static partial void UnstableInodes(ILogger log, string source, string fileSystem);

    [LoggerMessage(3, LogLevel.Information, "{Signal}: unmounting {MountPoint}")]
    public static partial void Stopping(ILogger log, string signal, string mountPoint);

    [LoggerMessage(
        4, LogLevel.Warning,
        "{MountPoint} is in use: detached; programs that have files open in it can go on, and this process ends after "
        + "them. A second signal ends it at once")]
    public static partial void Detached(ILogger log, string mountPoint);

    [LoggerMessage(5, LogLevel.Error, "{MountPoint}: cannot unmount: {Errno} ({Text})")]
    public static partial void UnmountFailed(ILogger log, string mountPoint, Linux.Errno errno, string text);

    [LoggerMessage(
        6, LogLevel.Error, "{MountPoint}: cannot unmount: something else is mounted over it; unmount that first")]
    public static partial void Covered(ILogger log, string mountPoint);

    [LoggerMessage(
        7, LogLevel.Warning, "{MountPoint}: ended by a second signal; programs that used the mount get ENOTCONN")]
    public static partial void EndedAtOnce(ILogger log, string mountPoint);

    [LoggerMessage(8, LogLevel.Information, "{MountPoint} is unmounted")]
    public static partial void Unmounted(ILogger log, string mountPoint);

    [LoggerMessage(9, LogLevel.Debug, "cannot raise the limit of open files: {Errno}")]
    public static partial void FileLimit(ILogger log, Linux.Errno errno);

    [LoggerMessage(
        12, LogLevel.Warning,
        "database {Database}: its directory {Directory} is user {Owner}'s, who could exchange it, and so give files any owner "
        + "and mode; keep it in a directory of yours, mode 0700")]
    public static partial void OthersDirectory(ILogger log, string database, string directory, uint owner);

    [LoggerMessage(10, LogLevel.Error, "{Line}")]
    public static partial void Database(ILogger log, string line);

    [LoggerMessage(
        11, LogLevel.Warning,
        "{MountPoint}: with noperm every user of this machine reads and changes everything there as root; as=caller has "
        + "the share judge each of them")]
    public static partial void NobodyIsChecked(ILogger log, string mountPoint);
}
