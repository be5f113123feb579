// What io_uring_setup(2) is told and answers.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary><c>struct io_uring_params</c>: of the kernel's offsets, those that are used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct IoUringParams
{
    public const uint IORING_SETUP_R_DISABLED = 1u << 6;
    public const uint IORING_SETUP_SQE128 = 1u << 10;
    public const uint IORING_SETUP_SINGLE_ISSUER = 1u << 12;
    public const uint IORING_SETUP_DEFER_TASKRUN = 1u << 13;

    [FieldOffset(4)]
    public uint CqEntries;

    [FieldOffset(8)]
    public uint Flags;

    // struct io_sqring_offsets
    [FieldOffset(40)]
    public uint SqHead;

    [FieldOffset(44)]
    public uint SqTail;

    [FieldOffset(64)]
    public uint SqArray;

    // struct io_cqring_offsets
    [FieldOffset(80)]
    public uint CqHead;

    [FieldOffset(84)]
    public uint CqTail;

    [FieldOffset(88)]
    public uint CqRingMask;

    [FieldOffset(100)]
    public uint CqCqes;
}
