// One line of /proc/self/mountinfo.
namespace MetaFs.Linux;

/// <summary>A mount as proc_pid_mountinfo(5) describes it; paths are bytes with their escapes undone.</summary>
/// <param name="Id">Mount id; <see cref="Statx.MntId"/>.</param>
/// <param name="Parent">Id of the mount it sits on.</param>
/// <param name="Major">Major number of its st_dev.</param>
/// <param name="Minor">Minor number of its st_dev.</param>
/// <param name="Root">Which directory of the filesystem is its root.</param>
/// <param name="MountPoint">Where it is, as seen from the root of the process.</param>
/// <param name="Type">Filesystem type, e.g. "ext4", "fuse.metafs".</param>
/// <param name="Source">What was mounted, e.g. "//server/share".</param>
/// <param name="MountOptions">Options of this mount, e.g. "rw,nosuid".</param>
/// <param name="SuperOptions">Options of the filesystem.</param>
public sealed record MountEntry(
    int Id,
    int Parent,
    uint Major,
    uint Minor,
    byte[] Root,
    byte[] MountPoint,
    string Type,
    byte[] Source,
    string MountOptions,
    string SuperOptions)
{
    /// <summary>The st_dev of the files in it, as makedev(3) has it.</summary>
    public ulong Dev => DeviceNumber.Make(Major, Minor);
}
