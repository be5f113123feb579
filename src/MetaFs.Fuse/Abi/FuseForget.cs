using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_forget_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseForgetIn
{
    public ulong Nlookup;
}

/// <summary><c>struct fuse_forget_one</c> (7.16).</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct FuseForgetOne
{
    public ulong Nodeid;
    public ulong Nlookup;
}

/// <summary><c>struct fuse_batch_forget_in</c> (7.16); count times <see cref="FuseForgetOne"/> follow.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseBatchForgetIn
{
    public uint Count;
    public uint Dummy;
}

/// <summary><c>struct fuse_interrupt_in</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal struct FuseInterruptIn
{
    public ulong Unique;
}
