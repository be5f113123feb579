using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_init_in</c>; flags2 since 7.36.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct FuseInitIn
{
    public uint Major;
    public uint Minor;
    public uint MaxReadahead;
    public uint Flags;
    public uint Flags2;
    public FuseInitInUnused Unused;
}

/// <summary><c>uint32_t unused[11]</c>.</summary>
[InlineArray(11)]
internal struct FuseInitInUnused
{
    private uint _element;
}

/// <summary><c>struct fuse_init_out</c>; 64 bytes since 7.23.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct FuseInitOut
{
    public uint Major;
    public uint Minor;
    public uint MaxReadahead;
    public uint Flags;
    public ushort MaxBackground;
    public ushort CongestionThreshold;
    public uint MaxWrite;

    /// <summary>Granularity of times in ns.</summary>
    public uint TimeGran;

    public ushort MaxPages;
    public ushort MapAlignment;
    public uint Flags2;
    public uint MaxStackDepth;
    public ushort RequestTimeout;
    public FuseInitOutUnused Unused;
}

/// <summary><c>uint16_t unused[11]</c>.</summary>
[InlineArray(11)]
internal struct FuseInitOutUnused
{
    private ushort _element;
}
