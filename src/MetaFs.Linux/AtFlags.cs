// Small flag sets of the *at calls.
namespace MetaFs.Linux;

#pragma warning disable CS1591 // C names; the man pages have the rest.

/// <summary>AT_* flags, fcntl.h.</summary>
[Flags]
public enum AtFlags
{
    None = 0,
    AT_SYMLINK_NOFOLLOW = 0x100,
    AT_REMOVEDIR = 0x200,
    AT_EACCESS = AT_REMOVEDIR,
    AT_SYMLINK_FOLLOW = 0x400,
    AT_NO_AUTOMOUNT = 0x800,
    AT_EMPTY_PATH = 0x1000,
    AT_STATX_FORCE_SYNC = 0x2000,
    AT_STATX_DONT_SYNC = 0x4000,
}

/// <summary>RENAME_* flags of renameat2(2).</summary>
[Flags]
public enum RenameFlags : uint
{
    None = 0,
    RENAME_NOREPLACE = 1,
    RENAME_EXCHANGE = 2,
    RENAME_WHITEOUT = 4,
}
