using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class AttributeMergeTests
{
    private static readonly PassthroughOptions s_plain = new();

    private static readonly PassthroughOptions s_mapped =
        new() { Uid = 33, Gid = 34, FileMode = Oct(774), DirMode = Oct(775) };

    private static readonly Reason s_reason = new(ReasonKind.Refused, 1);

    [Fact]
    public void Without_a_record_the_share_shows()
    {
        EffectiveAttributes effective = AttributeMerge.Merge(Stats.File(), null, true, s_plain);
        Assert.Equal((5u, 6u), (effective.Uid, effective.Gid));
        Assert.Equal(FileMode.S_IFREG | Oct(644), effective.Mode);
        Assert.Equal(
            (1_000_000_000, 2_000_000_000, 3_000_000_000), (effective.Atime, effective.Mtime, effective.Ctime));
    }

    [Fact]
    public void Mount_options_stand_where_nothing_is_recorded()
    {
        EffectiveAttributes file = AttributeMerge.Merge(Stats.File(), null, true, s_mapped);
        EffectiveAttributes directory = AttributeMerge.Merge(Stats.Directory(), null, true, s_mapped);
        Assert.Equal((33u, 34u, FileMode.S_IFREG | Oct(774)), (file.Uid, file.Gid, file.Mode));
        Assert.Equal((33u, 34u, FileMode.S_IFDIR | Oct(775)), (directory.Uid, directory.Gid, directory.Mode));
    }

    [Theory]
    [InlineData(FileMode.S_IFLNK)]
    [InlineData(FileMode.S_IFIFO)]
    [InlineData(FileMode.S_IFSOCK)]
    [InlineData(FileMode.S_IFCHR)]
    [InlineData(FileMode.S_IFBLK)]
    public void File_mode_and_dir_mode_are_not_for_links_and_special_files(uint type)
    {
        Statx stat = Stats.File() with { Mode = type | Oct(777) };
        EffectiveAttributes effective = AttributeMerge.Merge(stat, null, true, s_mapped);
        Assert.Equal(type | Oct(777), effective.Mode);
        Assert.Equal(33u, effective.Uid);
    }

    [Fact]
    public void The_record_outweighs_options_and_share_field_by_field()
    {
        InodeRecord owner = Record() with { Uid = new IdValue(1000, s_reason) };
        EffectiveAttributes effective = AttributeMerge.Merge(Stats.File(), owner, true, s_mapped);
        Assert.Equal((1000u, 34u, FileMode.S_IFREG | Oct(774)), (effective.Uid, effective.Gid, effective.Mode));

        InodeRecord rest = Record() with { Gid = new IdValue(7, s_reason), Mode = new ModeValue(Oct(4711), s_reason) };
        effective = AttributeMerge.Merge(Stats.File(), rest, true, s_plain);
        Assert.Equal((5u, 7u, FileMode.S_IFREG | Oct(4711)), (effective.Uid, effective.Gid, effective.Mode));
    }

    [Fact]
    public void A_recorded_zero_is_a_value()
    {
        InodeRecord record = Record() with
        {
            Uid = new IdValue(0, s_reason),
            Gid = new IdValue(0, s_reason),
            Mode = new ModeValue(0, s_reason),
            Atime = new TimeValue(0, s_reason),
            Mtime = new TimeValue(0, s_reason),
        };
        EffectiveAttributes effective = AttributeMerge.Merge(Stats.File(), record, true, s_mapped);
        Assert.Equal((0u, 0u, FileMode.S_IFREG), (effective.Uid, effective.Gid, effective.Mode));
        Assert.Equal((0, 0), (effective.Atime, effective.Mtime));
    }

    [Fact]
    public void Void_times_fall_back_to_the_share_and_nothing_else_does()
    {
        InodeRecord record = Record() with
        {
            Uid = new IdValue(9, s_reason),
            Atime = new TimeValue(70, s_reason),
            Mtime = new TimeValue(80, s_reason),
        };
        EffectiveAttributes effective = AttributeMerge.Merge(Stats.File(), record, timesValid: false, s_plain);
        Assert.Equal((1_000_000_000, 2_000_000_000), (effective.Atime, effective.Mtime));
        Assert.Equal(9u, effective.Uid);
    }

    [Theory]
    [InlineData(0, 3_000_000_000)]
    [InlineData(2_999_999_999, 3_000_000_000)]
    [InlineData(3_000_000_001, 3_000_000_001)]
    public void The_later_ctime_shows(long recorded, long shown) => Assert.Equal(
        shown, AttributeMerge.Merge(Stats.File(), Record() with { Ctime = recorded }, true, s_plain).Ctime);

    [Theory]
    [InlineData(0L, 0L, 0u)]
    [InlineData(1L, 0L, 1u)]
    [InlineData(999_999_999L, 0L, 999_999_999u)]
    [InlineData(1_000_000_000L, 1L, 0u)]
    [InlineData(-1L, -1L, 999_999_999u)]
    [InlineData(-1_000_000_000L, -1L, 0u)]
    [InlineData(-1_500_000_000L, -2L, 500_000_000u)]
    [InlineData(7_258_118_400_123_456_789L, 7_258_118_400L, 123_456_789u)] // the year 2200
    [InlineData(long.MinValue, -9_223_372_037L, 145_224_192u)]
    [InlineData(long.MaxValue, 9_223_372_036L, 854_775_807u)]
    public void Times_are_seconds_and_a_rest_that_counts_upwards(long time, long seconds, uint rest)
    {
        var effective = new EffectiveAttributes { Atime = time, Mtime = time, Ctime = time };
        FuseAttr attr = AttributeMerge.ToFuseAttr(Stats.File(), effective, 1);
        Assert.Equal((unchecked((ulong)seconds), rest), (attr.Atime, attr.Atimensec));
        Assert.Equal((unchecked((ulong)seconds), rest), (attr.Mtime, attr.Mtimensec));
        Assert.Equal((unchecked((ulong)seconds), rest), (attr.Ctime, attr.Ctimensec));

        FuseStatx statx = AttributeMerge.ToFuseStatx(Stats.File(), effective, 1);
        Assert.Equal((seconds, rest), (statx.Atime.TvSec, statx.Atime.TvNsec));
        Assert.Equal((seconds, rest), (statx.Mtime.TvSec, statx.Mtime.TvNsec));
        Assert.Equal((seconds, rest), (statx.Ctime.TvSec, statx.Ctime.TvNsec));
    }

    [Fact]
    public void Length_links_and_device_are_the_shares()
    {
        Statx stat =
            Stats.File() with { Mode = FileMode.S_IFBLK | Oct(600), Nlink = 3, RdevMajor = 259, RdevMinor = 300 };
        EffectiveAttributes effective = AttributeMerge.Merge(stat, null, true, s_plain);

        FuseAttr attr = AttributeMerge.ToFuseAttr(stat, effective, ulong.MaxValue);
        Assert.Equal(
            (ulong.MaxValue, 1234ul, 8ul, 3u, 4096u), (attr.Ino, attr.Size, attr.Blocks, attr.Nlink, attr.Blksize));
        Assert.Equal(DeviceNumber.Encode(259, 300), attr.Rdev);
        Assert.Equal(FileMode.S_IFBLK | Oct(600), attr.Mode);

        FuseStatx statx = AttributeMerge.ToFuseStatx(stat, effective, ulong.MaxValue);
        Assert.Equal((ulong.MaxValue, 1234ul, 8ul, 3u), (statx.Ino, statx.Size, statx.Blocks, statx.Nlink));
        Assert.Equal((259u, 300u), (statx.RdevMajor, statx.RdevMinor));
        Assert.Equal(FileMode.S_IFBLK | Oct(600), statx.Mode);
    }

    [Fact]
    public void A_birth_time_is_shown_only_where_the_share_has_one()
    {
        EffectiveAttributes effective = AttributeMerge.Merge(Stats.File(), null, true, s_plain);
        FuseStatx without = AttributeMerge.ToFuseStatx(Stats.File(), effective, 1);
        Assert.Equal((uint)StatxMask.STATX_BASIC_STATS, without.Mask);
        Assert.Equal((0, 0u), (without.Btime.TvSec, without.Btime.TvNsec));

        FuseStatx with = AttributeMerge.ToFuseStatx(Stats.File().Born(-1), effective, 1);
        Assert.Equal((uint)(StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME), with.Mask);
        Assert.Equal((-1, 999_999_999u), (with.Btime.TvSec, with.Btime.TvNsec));
    }

    private static InodeRecord Record() =>
        new() { Guard = new InodeGuard(FileMode.S_IFREG, GuardKind.None, 0) };
}
