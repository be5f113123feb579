// What a case may ask of the directory and of the caller.
namespace MetaFs.Posix.Needs;

/// <summary>A precondition. Where it is not met, the case is skipped with the reason.</summary>
internal enum Need
{
    /// <summary>To be root: acts as several users, or may do everything.</summary>
    Root,

    Symlink,
    Link,
    Fifo,
    Socket,
    Device,

    /// <summary>mknod(2) of regular files.</summary>
    Mknod,
    Xattr,

    /// <summary>Extended attributes without a value.</summary>
    EmptyXattr,

    /// <summary>XATTR_CREATE and XATTR_REPLACE.</summary>
    XattrFlags,

    Tmpfile,
    Noreplace,
    Exchange,
    Fallocate,
    CopyFileRange,

    /// <summary>More than 4 GiB.</summary>
    LargeFiles,

    /// <summary>A page of a mapping made through a descriptor with O_APPEND is written to its place (bindfs appends it).</summary>
    AppenderMappings,

    /// <summary>SEEK_HOLE finds holes, and they take no room.</summary>
    Holes,

    /// <summary>Names that differ only in case are two names.</summary>
    CaseSensitiveNames,

    /// <summary>Names need not be UTF-8.</summary>
    AnyBytes,

    /// <summary>A backslash in names.</summary>
    Backslash,

    /// <summary>Characters in names that Windows forbids, control characters among them.</summary>
    ForbiddenCharacters,

    /// <summary>Names that end in a dot or a space.</summary>
    TrailingDots,

    /// <summary>Names that Windows takes for devices.</summary>
    DeviceNames,

    /// <summary>Names of 255 bytes.</summary>
    LongNames,

    /// <summary>A longer name is ENAMETOOLONG to every call, not just unknown.</summary>
    NameLimit,

    /// <summary>Paths beyond PATH_MAX, reached step by step.</summary>
    DeepTrees,

    /// <summary>A directory's link count is two more than its subdirectories.</summary>
    DirectoryLinks,

    /// <summary>Hard links show one inode number; else they are files of their own to every cache.</summary>
    LinkedInodes,

    /// <summary>st_nlink says how many names a file has.</summary>
    LinkCounts,

    /// <summary>"." and ".." are listed with their inode numbers.</summary>
    ListedDots,

    /// <summary>lseek(2) to 0 starts a listing again.</summary>
    Rewind,

    /// <summary>Listings show symbolic links as such, or say nothing.</summary>
    ListedSymlinks,

    /// <summary>A listing misses nothing while names are removed.</summary>
    RemovingWhileListing,

    /// <summary>Reading moves the access time, at least where it is older than the modification.</summary>
    Atime,

    /// <summary>atime has steps of less than three seconds.</summary>
    FineAtime,

    /// <summary>The access time that the directory itself gives a new file is now, not this day's midnight (FAT).</summary>
    PromptAtime,

    /// <summary>An access time of 1970 is kept, and nothing but reading moves it.</summary>
    QuietAtime,

    /// <summary>New names move the times of their directory at once.</summary>
    PromptDirectoryTimes,

    /// <summary>A directory into which something is renamed has a new mtime (exfat-fuse leaves it).</summary>
    RenameMovesDirectoryTimes,

    /// <summary>Writes move times at once, also while they are in the cache of a network file system.</summary>
    PromptWriteTimes,

    /// <summary>fallocate(2) and copy_file_range(2), which a server may do, move times at once.</summary>
    PromptServerTimes,

    /// <summary>ctime has steps of less than 20 ms.</summary>
    FineCtime,

    /// <summary>rename(2) moves the ctime of what is renamed.</summary>
    RenameMovesCtime,

    /// <summary>A symbolic link may lead up and out (sshfs reads no such link: EPERM).</summary>
    OutwardSymlinks,

    /// <summary>rename(2) over a directory with something in it says so (SFTP knows no such error).</summary>
    NotEmptyError,

    /// <summary>A device of number 0, 0 is one like others (for an overlay file system it is a removed name).</summary>
    ZeroDevice,

    /// <summary>link(2) moves the file's ctime.</summary>
    LinkMovesCtime,

    /// <summary>The name of a file that was removed while open is free.</summary>
    UnlinkedName,

    /// <summary>A directory whose files were removed while open is empty.</summary>
    UnlinkedEntry,

    /// <summary>fchmod(2) finds a file that was removed while open, whatever it then answers.</summary>
    UnlinkedChmod,

    /// <summary>A file that was removed while open has no links.</summary>
    UnlinkedLinks,

    /// <summary>rename(2) replaces a file that is open.</summary>
    ReplaceOpen,

    /// <summary>A directory can be renamed while a file in it is open.</summary>
    RenameAboveOpen,
}

/// <summary>Says what a case needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsAttribute(params Need[] all) : Attribute
{
    public IReadOnlyList<Need> All { get; } = all;
}
