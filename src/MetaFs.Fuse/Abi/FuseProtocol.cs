// The numbers of the protocol that belong to no struct: versions, sizes and the device's own ioctls.
namespace MetaFs.Fuse.Abi;

/// <summary>Constants of <c>fuse_kernel.h</c> 7.45, under their C names.</summary>
internal static class FuseProtocol
{
    public const uint FUSE_KERNEL_VERSION = 7;
    public const uint FUSE_KERNEL_MINOR_VERSION = 45;
    public const int FUSE_MIN_READ_BUFFER = 8192;
    public const int FUSE_COMPAT_SETXATTR_IN_SIZE = 8;
    public const int FUSE_URING_IN_OUT_HEADER_SZ = 128;
    public const int FUSE_URING_OP_IN_OUT_SZ = 128;

    public const uint FUSE_DEV_IOC_CLONE = 0x8004E500;
    public const uint FUSE_DEV_IOC_BACKING_OPEN = 0x4010E501;
    public const uint FUSE_DEV_IOC_BACKING_CLOSE = 0x4004E502;
}
