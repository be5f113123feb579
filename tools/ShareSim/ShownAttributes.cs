// From what the backing directory has to what the share shows.
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

/// <summary>Applies the faults that change how a file looks.</summary>
internal sealed class ShownAttributes(FaultTable faults, InodeNumbers numbers)
{
    private long _looks;

    /// <summary>Where inode numbers come from now.</summary>
    public InodeSource Source => faults.Newest<InodesFault>("/")?.Source ?? InodeSource.Backing;

    /// <summary>What makes a node now.</summary>
    public NodeKey KeyOf(in Statx stat, string path) =>
        new(stat.Dev, stat.Ino, Source == InodeSource.Name ? path : "");

    /// <summary>The number of a directory entry.</summary>
    public ulong InoOf(ulong dev, ulong ino, string path)
    {
        InodeSource source = Source;
        var key = new NodeKey(dev, ino, source == InodeSource.Name ? path : "");
        return Moved(numbers.Of(source, key, 0, path), path);
    }

    /// <summary>How a node looks.</summary>
    public Statx Of(SimNode node, in Statx stat)
    {
        string path = node.Path;
        long skew = SkewOf(path);
        long unit = faults.Newest<RoundFault>(path)?.Nanoseconds ?? 1;
        Statx shown = stat with
        {
            Ino = InoOf(node, stat, path),
            AtimeNs = Floor(stat.AtimeNs + skew, unit),
            MtimeNs = Floor(stat.MtimeNs + skew, unit),
            CtimeNs = Floor(stat.CtimeNs + skew, unit),
        };
        return Forced(Born(shown, path, skew, unit), path);
    }

    /// <summary>How long a look at a path may be kept.</summary>
    public Timespec ValidFor(string path) =>
        Timespec.FromNanoseconds(faults.Newest<CacheFault>(path)?.Nanoseconds ?? 0);

    /// <summary>A time as the backing directory must have it for the share to show it.</summary>
    public long ToBacking(long nanoseconds, string path) => nanoseconds - SkewOf(path);

    public static FuseAttr ToFuseAttr(in Statx stat)
    {
        Timespec atime = Timespec.FromNanoseconds(stat.AtimeNs);
        Timespec mtime = Timespec.FromNanoseconds(stat.MtimeNs);
        Timespec ctime = Timespec.FromNanoseconds(stat.CtimeNs);
        return new FuseAttr
        {
            Ino = stat.Ino,
            Size = stat.Size,
            Blocks = stat.Blocks,
            Atime = (ulong)atime.Sec,
            Atimensec = (uint)atime.Nsec,
            Mtime = (ulong)mtime.Sec,
            Mtimensec = (uint)mtime.Nsec,
            Ctime = (ulong)ctime.Sec,
            Ctimensec = (uint)ctime.Nsec,
            Mode = stat.Mode,
            Nlink = stat.Nlink,
            Uid = stat.Uid,
            Gid = stat.Gid,
            Rdev = stat.Rdev,
            Blksize = stat.BlockSize,
        };
    }

    public static FuseStatx ToFuseStatx(in Statx stat) => new()
    {
        Mask = (uint)(stat.Mask & (StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME)),
        Blksize = stat.BlockSize,
        Nlink = stat.Nlink,
        Uid = stat.Uid,
        Gid = stat.Gid,
        Mode = (ushort)stat.Mode,
        Ino = stat.Ino,
        Size = stat.Size,
        Blocks = stat.Blocks,
        Atime = ToSxTime(stat.AtimeNs),
        Btime = stat.HasBtime ? ToSxTime(stat.BtimeNs) : default,
        Ctime = ToSxTime(stat.CtimeNs),
        Mtime = ToSxTime(stat.MtimeNs),
        RdevMajor = stat.RdevMajor,
        RdevMinor = stat.RdevMinor,
    };

    private ulong InoOf(SimNode node, in Statx stat, string path)
    {
        // A removed file's number may be another's already.
        if (stat.Nlink == 0 && node.ShownIno != 0)
            return node.ShownIno;
        InodeSource source = Source;
        NodeKey key = node.Key with { Path = source == InodeSource.Name ? path : "" };
        node.ShownIno = Moved(numbers.Of(source, key, stat.HasBtime ? stat.BtimeNs : 0, path), path);
        return node.ShownIno;
    }

    private ulong Moved(ulong ino, string path) =>
        path == "/" ? ino : unchecked(ino + (faults.Newest<OffsetFault>(path)?.Offset ?? 0));

    private Statx Born(Statx stat, string path, long skew, long unit)
    {
        const long aYear = 31_536_000_000_000_000;
        switch (faults.Newest<BirthFault>(path)?.Kind)
        {
            case BirthTimes.Hide:
                return stat with { Mask = stat.Mask & ~StatxMask.STATX_BTIME };
            case BirthTimes.Name:
                return stat with { BtimeNs = Floor(stat.BtimeNs - (HashOf(path) % aYear), unit) };
            case BirthTimes.Oldest:
                return stat with { BtimeNs = Math.Min(Math.Min(stat.AtimeNs, stat.MtimeNs), stat.CtimeNs) };
            case BirthTimes.Move:
                return stat with { BtimeNs = Floor(stat.BtimeNs - (Interlocked.Increment(ref _looks) * unit), unit) };
            default:
                return stat with { BtimeNs = Floor(stat.BtimeNs + skew, unit) };
        }
    }

    private Statx Forced(in Statx stat, string path)
    {
        if (faults.Newest<ForceFault>(path) is not { } force)
            return stat;
        uint? bits = FileMode.TypeOf(stat.Mode) switch
        {
            FileMode.S_IFDIR => force.DirMode,
            FileMode.S_IFLNK => null,
            _ => force.FileMode,
        };
        uint mode = bits is { } shown ? FileMode.TypeOf(stat.Mode) | shown : stat.Mode;
        return stat with { Uid = force.Uid ?? stat.Uid, Gid = force.Gid ?? stat.Gid, Mode = mode };
    }

    private long SkewOf(string path) => faults.Newest<SkewFault>(path)?.Nanoseconds ?? 0;

    // Towards the past, before 1970 too, as a file system that stores whole units.
    private static long Floor(long nanoseconds, long unit)
    {
        long rest = nanoseconds % unit;
        return nanoseconds - (rest < 0 ? rest + unit : rest);
    }

    // FNV-1a: the same on every run.
    private static long HashOf(string path)
    {
        ulong hash = 14695981039346656037;
        foreach (char one in path)
            hash = unchecked((hash ^ one) * 1099511628211);
        return (long)(hash >> 1);
    }

    private static FuseSxTime ToSxTime(long nanoseconds)
    {
        Timespec time = Timespec.FromNanoseconds(nanoseconds);
        return new FuseSxTime { TvSec = time.Sec, TvNsec = (uint)time.Nsec };
    }
}
