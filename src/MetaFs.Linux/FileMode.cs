// File type and permission bits, inode(7).
namespace MetaFs.Linux;

/// <summary>The bits of st_mode and the questions asked of them.</summary>
public static class FileMode
{
#pragma warning disable CS1591 // C names; inode(7) has the rest.
    public const uint S_IFMT = 0xF000;
    public const uint S_IFSOCK = 0xC000;
    public const uint S_IFLNK = 0xA000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFBLK = 0x6000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFIFO = 0x1000;
    public const uint S_ISUID = 0x800;
    public const uint S_ISGID = 0x400;
    public const uint S_ISVTX = 0x200;
    public const uint S_IRWXU = 0x1C0;
    public const uint S_IRUSR = 0x100;
    public const uint S_IWUSR = 0x80;
    public const uint S_IXUSR = 0x40;
    public const uint S_IRWXG = 0x38;
    public const uint S_IRGRP = 0x20;
    public const uint S_IWGRP = 0x10;
    public const uint S_IXGRP = 0x8;
    public const uint S_IRWXO = 0x7;
    public const uint S_IROTH = 0x4;
    public const uint S_IWOTH = 0x2;
    public const uint S_IXOTH = 0x1;
#pragma warning restore CS1591

    /// <summary>All that chmod(2) can set: the nine permission bits, set-id bits and the sticky bit.</summary>
    public const uint PermissionMask = 0xFFF;

    /// <summary>The file type, one of S_IF*.</summary>
    public static uint TypeOf(uint mode) => mode & S_IFMT;

    /// <summary>The bits chmod(2) can set.</summary>
    public static uint PermissionsOf(uint mode) => mode & PermissionMask;

    /// <summary>S_ISREG.</summary>
    public static bool IsRegular(uint mode) => TypeOf(mode) == S_IFREG;

    /// <summary>S_ISDIR.</summary>
    public static bool IsDirectory(uint mode) => TypeOf(mode) == S_IFDIR;

    /// <summary>S_ISLNK.</summary>
    public static bool IsSymlink(uint mode) => TypeOf(mode) == S_IFLNK;

    /// <summary>Whether the mode is of a character or block device.</summary>
    public static bool IsDevice(uint mode) => TypeOf(mode) is S_IFCHR or S_IFBLK;

    /// <summary>S_ISFIFO.</summary>
    public static bool IsFifo(uint mode) => TypeOf(mode) == S_IFIFO;

    /// <summary>S_ISSOCK.</summary>
    public static bool IsSocket(uint mode) => TypeOf(mode) == S_IFSOCK;

    /// <summary>The DT_* value readdir has for the mode (IFTODT).</summary>
    public static byte ToDirentType(uint mode) => (byte)(TypeOf(mode) >> 12);
}
