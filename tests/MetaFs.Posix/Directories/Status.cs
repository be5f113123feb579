// What stat shows, in the words of the cases.
namespace MetaFs.Posix.Directories;

/// <summary>The answer of statx(2). Times are nanoseconds since 1970.</summary>
internal readonly record struct Status(Statx Statx)
{
    public uint Type => FileMode.TypeOf(Statx.Mode);

    public Mode Mode => new(FileMode.PermissionsOf(Statx.Mode));

    /// <summary>"uid:gid", as chown(1) writes it.</summary>
    public string Owner => $"{Statx.Uid}:{Statx.Gid}";

    public uint Uid => Statx.Uid;

    public uint Gid => Statx.Gid;

    public int Nlink => (int)Statx.Nlink;

    public long Size => (long)Statx.Size;

    public ulong Ino => Statx.Ino;

    public ulong Dev => Statx.Dev;

    public string Device => $"{Statx.RdevMajor},{Statx.RdevMinor}";

    public long Blocks => (long)Statx.Blocks;

    public long Atime => Statx.AtimeNs;

    public long Mtime => Statx.MtimeNs;

    public long Ctime => Statx.CtimeNs;
}
