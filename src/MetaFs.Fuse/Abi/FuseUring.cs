// Requests over io_uring (Linux 6.14): what stands in the shared memory of an entry, and the commands.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>enum fuse_uring_cmd</c></summary>
internal enum FuseUringCmd : uint
{
    FUSE_IO_URING_CMD_INVALID = 0,
    FUSE_IO_URING_CMD_REGISTER = 1,
    FUSE_IO_URING_CMD_COMMIT_AND_FETCH = 2,
}

/// <summary><c>struct fuse_uring_cmd_req</c>: a command's arguments.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseUringCmdReq
{
    public ulong Flags;

    /// <summary>By which the kernel finds the request that is answered.</summary>
    public ulong CommitId;

    /// <summary>The queue, which is a processor.</summary>
    public ushort Qid;
}

/// <summary><c>struct fuse_uring_ent_in_out</c>: of one request and its reply.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct FuseUringEntInOut
{
    public ulong Flags;
    public ulong CommitId;

    /// <summary>Bytes in the payload.</summary>
    public uint PayloadSz;

    public uint Padding;
    public ulong Reserved;
}

/// <summary><c>struct fuse_uring_req_header</c>: the memory of an entry beside its payload.</summary>
[StructLayout(LayoutKind.Sequential, Size = 288)]
internal struct FuseUringReqHeader
{
    /// <summary><see cref="FuseInHeader"/>, then <see cref="FuseOutHeader"/>.</summary>
    public FuseUringHeaderBytes InOut;

    /// <summary>The first argument of the opcode.</summary>
    public FuseUringHeaderBytes OpIn;

    public FuseUringEntInOut RingEntInOut;
}

/// <summary>char[FUSE_URING_IN_OUT_HEADER_SZ], and char[FUSE_URING_OP_IN_OUT_SZ].</summary>
[InlineArray(FuseProtocol.FUSE_URING_OP_IN_OUT_SZ)]
internal struct FuseUringHeaderBytes
{
    private byte _first;
}
