// Why a mount does not come about, and the cure: what an administrator reads first.
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>Words for the errors of opening /dev/fuse and of mount(2).</summary>
internal static class DeviceErrors
{
    public const string Device = "/dev/fuse";

    public const string PermissionCure = "its permissions should be 0666, and a container needs the device passed in";

    public static string OfOpen(Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ENODEV or Errno.ENXIO =>
            $"{Device}: {errno}: the kernel has no FUSE; load it with: modprobe fuse",
        Errno.EACCES or Errno.EPERM => $"{Device}: {errno}: not allowed to open it; {PermissionCure}",
        _ => $"{Device}: {errno}: {ErrnoText.Describe(errno)}",
    };

    public static string OfMountPoint(string mountPoint, Errno errno) => errno switch
    {
        Errno.ENOENT => $"{mountPoint}: {errno}: there is no such directory; make it first",
        Errno.ENOTCONN or Errno.ECONNABORTED =>
            $"{mountPoint}: {errno}: a file system whose process has died is still mounted there; unmount it first",
        _ => $"{mountPoint}: {errno}: {ErrnoText.Describe(errno)}",
    };

    public static string OfMount(string mountPoint, Errno errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES =>
            $"{mountPoint}: mount: {errno}: root without CAP_SYS_ADMIN may not mount; give it to the container",
        Errno.ENODEV => $"{mountPoint}: mount: {errno}: the kernel has no FUSE; load it with: modprobe fuse",
        _ => $"{mountPoint}: mount: {errno}: {ErrnoText.Describe(errno)}",
    };
}
