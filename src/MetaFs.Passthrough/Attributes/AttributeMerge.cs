// What the kernel is told: the record's value where there is one, else the share's. Pure.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Attributes;

/// <summary>Effective owner, mode and times of one inode.</summary>
internal readonly struct EffectiveAttributes
{
    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Type and permission bits.</summary>
    public uint Mode { get; init; }

    public long Atime { get; init; }

    public long Mtime { get; init; }

    public long Ctime { get; init; }
}

/// <summary>Merges the share's attributes with a record.</summary>
internal static class AttributeMerge
{
    /// <summary>Per field the record's value, else the mount option's, else the share's.</summary>
    /// <param name="share">The share's statx.</param>
    /// <param name="record">The inode's record, or null.</param>
    /// <param name="timesValid">Whether the record's times still hold.</param>
    /// <param name="options">The mount's options.</param>
    public static EffectiveAttributes Merge(
        in Statx share, InodeRecord? record, bool timesValid, PassthroughOptions options)
    {
        uint type = share.Mode & FileMode.S_IFMT;
        uint? mapped = type switch
        {
            FileMode.S_IFDIR => options.DirMode,
            FileMode.S_IFREG => options.FileMode,
            _ => null,
        };
        uint permissions = KeptMode.Of(record, share) ?? mapped ?? (share.Mode & ModeBits.All);
        InodeRecord? times = timesValid ? record : null;
        return new EffectiveAttributes
        {
            Uid = record?.Uid?.Value ?? options.Uid ?? share.Uid,
            Gid = record?.Gid?.Value ?? options.Gid ?? share.Gid,
            Mode = type | permissions,
            Atime = times?.Atime?.Nanoseconds ?? share.AtimeNs,
            Mtime = times?.Mtime?.Nanoseconds ?? share.MtimeNs,
            Ctime = Math.Max(share.CtimeNs, record?.Ctime ?? 0),
        };
    }

    /// <summary>Writes them in the kernel's form; length, blocks and link count are the share's.</summary>
    public static FuseAttr ToFuseAttr(in Statx share, in EffectiveAttributes effective, ulong ino)
    {
        var attr = new FuseAttr
        {
            Ino = ino,
            Size = share.Size,
            Blocks = share.Blocks,
            Mode = effective.Mode,
            Nlink = share.Nlink,
            Uid = effective.Uid,
            Gid = effective.Gid,
            Rdev = share.Rdev,
            Blksize = share.BlockSize,
        };
        (attr.Atime, attr.Atimensec) = Split(effective.Atime);
        (attr.Mtime, attr.Mtimensec) = Split(effective.Mtime);
        (attr.Ctime, attr.Ctimensec) = Split(effective.Ctime);
        return attr;
    }

    /// <summary>Writes them in statx form; the birth time is the share's, where it has one.</summary>
    public static FuseStatx ToFuseStatx(in Statx share, in EffectiveAttributes effective, ulong ino)
    {
        var statx = new FuseStatx
        {
            Mask = (uint)(StatxMask.STATX_BASIC_STATS | (share.HasBtime ? StatxMask.STATX_BTIME : 0)),
            Blksize = share.BlockSize,
            Attributes = share.Attributes,
            Nlink = share.Nlink,
            Uid = effective.Uid,
            Gid = effective.Gid,
            Mode = (ushort)effective.Mode,
            Ino = ino,
            Size = share.Size,
            Blocks = share.Blocks,
            RdevMajor = share.RdevMajor,
            RdevMinor = share.RdevMinor,
            Atime = ToSxTime(effective.Atime),
            Mtime = ToSxTime(effective.Mtime),
            Ctime = ToSxTime(effective.Ctime),
        };
        if (share.HasBtime)
            statx.Btime = ToSxTime(share.BtimeNs);
        return statx;
    }

    private static FuseSxTime ToSxTime(long nanoseconds)
    {
        (ulong seconds, uint rest) = Split(nanoseconds);
        return new FuseSxTime { TvSec = (long)seconds, TvNsec = rest };
    }

    private static (ulong Seconds, uint Nanoseconds) Split(long nanoseconds)
    {
        // Before 1970 the seconds are negative and the rest still counts upwards, as in struct timespec.
        (long seconds, long rest) = Math.DivRem(nanoseconds, 1_000_000_000);
        if (rest < 0)
        {
            seconds--;
            rest += 1_000_000_000;
        }

        return ((ulong)seconds, (uint)rest);
    }
}
