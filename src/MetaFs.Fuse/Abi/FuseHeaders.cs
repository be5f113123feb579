// What every message begins with.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_in_header</c>; total_extlen since 7.38.</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
internal struct FuseInHeader
{
    public uint Len;
    public FuseOpcode Opcode;
    public ulong Unique;
    public ulong Nodeid;
    public uint Uid;
    public uint Gid;
    public uint Pid;

    /// <summary>Length of the extensions at the end of the message, in units of 8 bytes.</summary>
    public ushort TotalExtlen;

    public ushort Padding;
}

/// <summary><c>struct fuse_out_header</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseOutHeader
{
    public uint Len;

    /// <summary>Negative errno, 0, or for a notification its code.</summary>
    public int Error;

    public ulong Unique;
}
