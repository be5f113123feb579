// statx answers that no file system has to be asked for.
using MetaFs.Linux;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Harness;

internal static class Stats
{
    public const uint DevMajor = 8;
    public const uint DevMinor = 1;

    public static ulong Dev => DeviceNumber.Make(DevMajor, DevMinor);

    /// <summary>A regular file of 5:6, mode 0644, with times 1, 2 and 3 s after the epoch.</summary>
    public static Statx File(ulong ino = 42) => new()
    {
        Mask = StatxMask.STATX_BASIC_STATS,
        Mode = FileMode.S_IFREG | Oct(644),
        Ino = ino,
        Nlink = 1,
        Uid = 5,
        Gid = 6,
        Size = 1234,
        Blocks = 8,
        BlockSize = 4096,
        AtimeNs = 1_000_000_000,
        MtimeNs = 2_000_000_000,
        CtimeNs = 3_000_000_000,
        DevMajor = DevMajor,
        DevMinor = DevMinor,
    };

    public static Statx Directory(ulong ino = 43) => File(ino) with { Mode = FileMode.S_IFDIR | Oct(755), Nlink = 2 };

    public static Statx Symlink(ulong ino = 44) => File(ino) with { Mode = FileMode.S_IFLNK | Oct(777) };

    public static Statx Born(this Statx stat, long birth) =>
        stat with { Mask = stat.Mask | StatxMask.STATX_BTIME, BtimeNs = birth };
}
