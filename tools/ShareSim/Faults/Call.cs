namespace MetaFs.ShareSim.Faults;

/// <summary>What the share is asked, in the words of the commands (lower case there).</summary>
/// <remarks>
/// SETATTR is taken apart into truncate, chown, chmod and utimens, in this order; STATX counts as getattr; FORGET,
/// which has no answer, is no call.
/// </remarks>
internal enum Call
{
    Lookup,
    Getattr,
    Truncate,
    Chown,
    Chmod,
    Utimens,
    Readlink,
    Symlink,
    Mknod,
    Mkdir,
    Unlink,
    Rmdir,
    Rename,
    Link,
    Open,
    Create,
    Tmpfile,
    Read,
    Write,
    Flush,
    Release,
    Fsync,
    Opendir,
    Readdir,
    Releasedir,
    Fsyncdir,
    Syncfs,
    Statfs,
    Getxattr,
    Setxattr,
    Listxattr,
    Removexattr,
    Fallocate,
    Lseek,
    Copy,
}
