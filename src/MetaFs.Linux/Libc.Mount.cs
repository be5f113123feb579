// mount(2) and umount2(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>Mounts a filesystem, or changes a mount.</summary>
    /// <param name="source">What the mount table shows as source.</param>
    /// <param name="target">The mount point.</param>
    /// <param name="type">Filesystem type, e.g. "fuse.metafs".</param>
    /// <param name="flags">MS_*, see <see cref="MountFlags"/>.</param>
    /// <param name="data">Options of the filesystem, separated by commas.</param>
    public static Errno Mount(CString source, CString target, CString type, ulong flags, CString data) =>
        Result(mount(in source.Start, in target.Start, in type.Start, (nuint)flags, in data.Start));

    /// <summary>Unmounts.</summary>
    /// <param name="target">The mount point.</param>
    /// <param name="flags">MNT_*, UMOUNT_NOFOLLOW, see <see cref="MountFlags"/>.</param>
    public static Errno Umount2(CString target, int flags) => Result(umount2(in target.Start, flags));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int mount(
        ref readonly byte source,
        ref readonly byte target,
        ref readonly byte type,
        nuint flags,
        ref readonly byte data);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int umount2(ref readonly byte target, int flags);
}
