using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary>FUSE_IOCTL_*.</summary>
[Flags]
internal enum FuseIoctlFlags : uint
{
    FUSE_IOCTL_COMPAT = 1 << 0,
    FUSE_IOCTL_UNRESTRICTED = 1 << 1,
    FUSE_IOCTL_RETRY = 1 << 2,
    FUSE_IOCTL_32BIT = 1 << 3,
    FUSE_IOCTL_DIR = 1 << 4,
    FUSE_IOCTL_COMPAT_X32 = 1 << 5,
}

/// <summary><c>struct fuse_ioctl_in</c>; in_size bytes follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct FuseIoctlIn
{
    public ulong Fh;
    public FuseIoctlFlags Flags;
    public uint Cmd;
    public ulong Arg;
    public uint InSize;
    public uint OutSize;
}

/// <summary><c>struct fuse_ioctl_out</c>; the output bytes follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseIoctlOut
{
    public int Result;
    public FuseIoctlFlags Flags;
    public uint InIovs;
    public uint OutIovs;
}
