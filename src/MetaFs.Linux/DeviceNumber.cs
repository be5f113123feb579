// Device numbers: glibc's 64-bit form and the kernel's 32-bit one.
namespace MetaFs.Linux;

/// <summary>makedev(3) and its parts.</summary>
/// <remarks>
/// Up to major 4095 and minor 1048575 - all a Linux kernel can have - both forms are the same number, so the rdev of
/// a FUSE_MKNOD request goes to mknodat(2) as it is.
/// </remarks>
public static class DeviceNumber
{
    /// <summary>makedev(3): the dev_t of glibc.</summary>
    public static ulong Make(uint major, uint minor) =>
        ((ulong)(major & 0xFFF) << 8) | ((ulong)(major & ~0xFFFu) << 32)
        | (minor & 0xFF) | ((ulong)(minor & ~0xFFu) << 12);

    /// <summary>major(3).</summary>
    public static uint Major(ulong dev) => (uint)((dev >> 8) & 0xFFF) | (uint)((dev >> 32) & ~0xFFFul);

    /// <summary>minor(3).</summary>
    public static uint Minor(ulong dev) => (uint)(dev & 0xFF) | (uint)((dev >> 12) & ~0xFFul);

    /// <summary>new_encode_dev of the kernel: what fuse_attr.rdev and fuse_mknod_in.rdev hold.</summary>
    public static uint Encode(uint major, uint minor) => (minor & 0xFF) | (major << 8) | ((minor & ~0xFFu) << 12);
}
