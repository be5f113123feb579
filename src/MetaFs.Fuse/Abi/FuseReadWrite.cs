// Data of open files.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary>FUSE_READ_*.</summary>
[Flags]
internal enum FuseReadFlags : uint
{
    FUSE_READ_LOCKOWNER = 1 << 1,
}

/// <summary>FUSE_WRITE_*.</summary>
[Flags]
internal enum FuseWriteFlags : uint
{
    FUSE_WRITE_CACHE = 1 << 0,
    FUSE_WRITE_LOCKOWNER = 1 << 1,
    FUSE_WRITE_KILL_SUIDGID = 1 << 2,
}

/// <summary><c>struct fuse_read_in</c>, also READDIR's and READDIRPLUS's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal struct FuseReadIn
{
    public ulong Fh;
    public ulong Offset;
    public uint Size;
    public FuseReadFlags ReadFlags;
    public ulong LockOwner;
    public uint Flags;
    public uint Padding;
}

/// <summary><c>struct fuse_write_in</c>; size bytes follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal struct FuseWriteIn
{
    public ulong Fh;
    public ulong Offset;
    public uint Size;
    public FuseWriteFlags WriteFlags;
    public ulong LockOwner;
    public uint Flags;
    public uint Padding;
}

/// <summary><c>struct fuse_write_out</c>, also COPY_FILE_RANGE's answer.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseWriteOut
{
    public uint Size;
    public uint Padding;
}

/// <summary><c>struct fuse_fallocate_in</c> (7.19).</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct FuseFallocateIn
{
    public ulong Fh;
    public ulong Offset;
    public ulong Length;
    public uint Mode;
    public uint Padding;
}

/// <summary><c>struct fuse_lseek_in</c> (7.24).</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseLseekIn
{
    public ulong Fh;
    public ulong Offset;
    public uint Whence;
    public uint Padding;
}

/// <summary><c>struct fuse_lseek_out</c> (7.24).</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseLseekOut
{
    public ulong Offset;
}

/// <summary><c>struct fuse_copy_file_range_in</c> (7.28), also COPY_FILE_RANGE_64's.</summary>
[StructLayout(LayoutKind.Sequential, Size = 56)]
internal struct FuseCopyFileRangeIn
{
    public ulong FhIn;
    public ulong OffIn;
    public ulong NodeidOut;
    public ulong FhOut;
    public ulong OffOut;
    public ulong Len;
    public ulong Flags;
}

/// <summary><c>struct fuse_copy_file_range_out</c> (7.45): COPY_FILE_RANGE_64 only.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseCopyFileRangeOut
{
    public ulong BytesCopied;
}
