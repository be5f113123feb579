// What of the kernel's INIT offer is taken up. Pure: numbers in, numbers out.
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Dispatch;

/// <summary>The answer to INIT.</summary>
internal static class InitNegotiation
{
    /// <summary>7.31 is Linux 5.4; what it lacks (SETXATTR_EXT, KILLPRIV_V2, statx) is asked for by bits.</summary>
    public const uint OldestMinor = 31;

    /// <summary>FUSE_DEFAULT_MAX_PAGES_PER_REQ: of a kernel that is not told max_pages.</summary>
    public const int DefaultMaxPages = 32;

    private const ushort MaxBackground = 64;
    private const ushort CongestionThreshold = 48;

    /// <summary>The backing file must not be stacked itself, and nothing may be stacked on us but once more.</summary>
    private const uint MaxStackDepth = 1;

    /// <summary>Why a kernel cannot be served; null where it can.</summary>
    /// <remarks>A greater major is no reason: it is answered with ours and comes down to it.</remarks>
    public static string? Refusal(in FuseInitIn offer) =>
        offer.Major < FuseProtocol.FUSE_KERNEL_VERSION
        || (offer.Major == FuseProtocol.FUSE_KERNEL_VERSION && offer.Minor < OldestMinor)
            ? $"the kernel speaks FUSE {offer.Major}.{offer.Minor}; at least "
                + $"{FuseProtocol.FUSE_KERNEL_VERSION}.{OldestMinor} (Linux 5.4) is needed"
            : null;

    /// <summary>The features both sides have.</summary>
    public static FuseInitFlags Agree(in FuseInitIn offer, FuseServerOptions options)
    {
        ulong offered = offer.Flags;
        if (((FuseInitFlags)offered).HasFlag(FuseInitFlags.FUSE_INIT_EXT))
            offered |= (ulong)offer.Flags2 << 32;

        FuseInitFlags wanted = options.Wanted & FuseServerOptions.Implemented;
        if (!options.Passthrough)
            wanted &= ~FuseInitFlags.FUSE_PASSTHROUGH;
        if (!options.IoUring)
            wanted &= ~FuseInitFlags.FUSE_OVER_IO_URING;
        if (!options.PosixAcl)
            wanted &= ~FuseInitFlags.FUSE_POSIX_ACL;
        // Without INIT_EXT in the answer the kernel does not look at flags2.
        if (!wanted.HasFlag(FuseInitFlags.FUSE_INIT_EXT))
            wanted &= (FuseInitFlags)uint.MaxValue;
        return (FuseInitFlags)offered & wanted;
    }

    public static FuseInitOut Answer(in FuseInitIn offer, FuseInitFlags features, uint maxWrite)
    {
        int page = Environment.SystemPageSize;
        if (!features.HasFlag(FuseInitFlags.FUSE_MAX_PAGES))
            maxWrite = Math.Min(maxWrite, (uint)(DefaultMaxPages * page));
        return new FuseInitOut
        {
            Major = FuseProtocol.FUSE_KERNEL_VERSION,
            Minor = Math.Min(offer.Minor, FuseProtocol.FUSE_KERNEL_MINOR_VERSION),
            MaxReadahead = offer.MaxReadahead,
            Flags = (uint)features,
            Flags2 = (uint)((ulong)features >> 32),
            MaxBackground = MaxBackground,
            CongestionThreshold = CongestionThreshold,
            MaxWrite = maxWrite,
            TimeGran = 1,
            MaxPages = (ushort)Math.Clamp((maxWrite + (uint)page - 1) / (uint)page, 1, ushort.MaxValue),
            MaxStackDepth = features.HasFlag(FuseInitFlags.FUSE_PASSTHROUGH) ? MaxStackDepth : 0,
        };
    }

    /// <summary>The answer to a kernel of a greater major: it sends INIT again.</summary>
    public static FuseInitOut ComeDown() => new()
    {
        Major = FuseProtocol.FUSE_KERNEL_VERSION,
        Minor = FuseProtocol.FUSE_KERNEL_MINOR_VERSION,
    };
}
