// How a connection comes into being: mount(2) for root, fusermount3 for everybody else.
using System.Globalization;
using System.Text;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>Mounts and unmounts.</summary>
public static class FuseMounter
{
    /// <summary>Mounts; the mount point stands still until a <see cref="FuseServer"/> answers.</summary>
    /// <returns>The device; the caller disposes it, or gives it to a server.</returns>
    /// <exception cref="FuseMountException">It did not work out; the message says why and what to do.</exception>
    public static SafeFd Mount(FuseMountOptions options) =>
        Libc.Geteuid() == 0
            ? MountAsRoot(options)
            : Fusermount.Mount(options.MountPoint, UserOptions(options));

    /// <summary>Unmounts.</summary>
    /// <param name="mountPoint">Absolute and canonical.</param>
    /// <param name="lazy">Take it out of the tree now, end it when its last user is gone (MNT_DETACH).</param>
    /// <returns>OK; EBUSY: in use; EINVAL: no mount; EPERM: somebody else's.</returns>
    /// <exception cref="FuseMountException">fusermount3 is not installed.</exception>
    public static Errno Unmount(string mountPoint, bool lazy)
    {
        if (Libc.Geteuid() != 0)
            return Fusermount.Unmount(mountPoint, lazy);
        int flags = MountFlags.UMOUNT_NOFOLLOW | (lazy ? MountFlags.MNT_DETACH : 0);
        return Libc.Umount2(CString.FromTerminated(Bytes(mountPoint)), flags);
    }

    internal static string UserOptions(FuseMountOptions options)
    {
        // fusermount3 adds nosuid and nodev, whatever it is asked for.
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"fsname={Fusermount.Escape(options.Source)}");
        text.Append(CultureInfo.InvariantCulture, $",subtype={Fusermount.Escape(options.Subtype)}");
        text.Append(options.ReadOnly ? ",ro" : ",rw");
        if (options.NoExec)
            text.Append(",noexec");
        return AppendCommon(text, options).ToString();
    }

    internal static string RootData(FuseMountOptions options, int device, uint rootMode)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"fd={device},rootmode={Convert.ToString(rootMode, 8)}");
        text.Append(CultureInfo.InvariantCulture, $",user_id={Libc.Getuid()},group_id={Libc.Getgid()}");
        return AppendCommon(text, options).ToString();
    }

    internal static ulong RootFlags(FuseMountOptions options) =>
        (options.Suid ? 0 : MountFlags.MS_NOSUID)
        | (options.Dev ? 0 : MountFlags.MS_NODEV)
        | (options.ReadOnly ? MountFlags.MS_RDONLY : 0)
        | (options.NoExec ? MountFlags.MS_NOEXEC : 0);

    private static StringBuilder AppendCommon(StringBuilder text, FuseMountOptions options)
    {
        if (options.AllowOther)
            text.Append(",allow_other");
        if (options.DefaultPermissions)
            text.Append(",default_permissions");
        return text.Append(CultureInfo.InvariantCulture, $",max_read={options.MaxRead}");
    }

    private static SafeFd MountAsRoot(FuseMountOptions options)
    {
        uint rootMode = options.RootMode != 0 ? options.RootMode : ModeOf(options.MountPoint);
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(FuseDevice.Path), OpenFlags.O_RDWR, 0, out SafeFd device);
        if (errno != Errno.OK)
            throw new FuseMountException(DeviceErrors.OfOpen(errno));

        errno = Libc.Mount(
            CString.FromTerminated(Bytes(options.Source)),
            CString.FromTerminated(Bytes(options.MountPoint)),
            CString.FromTerminated(Bytes($"fuse.{options.Subtype}")),
            RootFlags(options),
            CString.FromTerminated(Bytes(RootData(options, device.Value, rootMode & Linux.FileMode.S_IFMT))));
        if (errno == Errno.OK)
            return device;
        device.Dispose();
        throw new FuseMountException(DeviceErrors.OfMount(options.MountPoint, errno));
    }

    private static uint ModeOf(string mountPoint)
    {
        Errno errno = Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(Bytes(mountPoint)), default, StatxMask.STATX_TYPE,
            out Statx stat);
        return errno == Errno.OK
            ? stat.Mode
            : throw new FuseMountException(DeviceErrors.OfMountPoint(mountPoint, errno));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
