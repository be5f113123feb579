namespace MetaFs.Model.Operations;

/// <summary>Words for what a file system may lack, or a run may leave out.</summary>
internal static class Features
{
    public const string Tmpfile = "tmpfile";
    public const string Mkfifo = "mkfifo";
    public const string Socket = "socket";
    public const string Device = "device";
    public const string Symlink = "symlink";
    public const string Link = "link";
    public const string NoReplace = "noreplace";
    public const string Exchange = "exchange";
    public const string MapWrite = "mmap";
    public const string Allocate = "fallocate";
    public const string PunchHole = "punch";
    public const string ZeroRange = "zero";
    public const string CopyRange = "copyrange";
    public const string Xattr = "xattr";
    public const string Acl = "acl";
    public const string Callers = "callers";
    public const string DirectoryLinks = "dirlinks";
    public const string Handles = "handles";
    public const string Utimens = "utimens";
    public const string Chown = "chown";
    public const string Chmod = "chmod";
    public const string Rename = "rename";
    public const string Data = "data";
    public const string Peek = "peek";
    public const string OddNames = "oddnames";
    public const string Fsync = "fsync";
    public const string LargeIds = "largeids";

    /// <summary>A set access time outlives a change of data. A recorded one goes with the modification time.</summary>
    public const string StrictAtime = "strictatime";

    /// <summary>
    /// link(2) works right after unlink(2) of another name. The kernel counts FUSE links down by itself, also when
    /// somebody's LOOKUP has already brought the new count (fs/fuse/dir.c, fuse_entry_unlinked), and believes a 0.
    /// </summary>
    public const string FreshLinks = "freshlinks";

    /// <summary>
    /// A file keeps its inode number when the kernel forgets it. Kept by name, one that was renamed needs a record for that.
    /// </summary>
    public const string KeptNumbers = "keptnumbers";

    /// <summary>What a mount of MetaFs does not promise: docs/posix-deviations.md.</summary>
    public static readonly string[] Deviations = [StrictAtime, FreshLinks];

    public static readonly string[] All =
    [
        Tmpfile, Mkfifo, Socket, Device, Symlink, Link, NoReplace, Exchange, MapWrite, Allocate, PunchHole, ZeroRange,
        CopyRange, Xattr, Acl, Callers, DirectoryLinks, Handles, Utimens, Chown, Chmod, Rename, Data, Peek, OddNames,
        Fsync, LargeIds, KeptNumbers, .. Deviations,
    ];
}
