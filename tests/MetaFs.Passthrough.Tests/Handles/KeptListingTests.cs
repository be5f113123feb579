using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Handles;

namespace MetaFs.Passthrough.Tests.Handles;

public sealed class KeptListingTests
{
    private const FuseOpenOutFlags Drop = FuseOpenOutFlags.None;
    private const FuseOpenOutFlags Fill = FuseOpenOutFlags.FOPEN_CACHE_DIR;
    private const FuseOpenOutFlags Keep = FuseOpenOutFlags.FOPEN_CACHE_DIR | FuseOpenOutFlags.FOPEN_KEEP_CACHE;
    private const long Second = 1_000_000_000;

    private readonly KeptListing _listing = new();

    [Fact]
    public void What_was_read_of_a_directory_is_kept_until_it_changes()
    {
        ReadThrough(Fill, ctime: 0 * Second + 1, now: 10 * Second);
        ReadThrough(Keep, ctime: 0 * Second + 1, now: 10 * Second);
        ReadThrough(Keep, ctime: 0 * Second + 1, now: 99 * Second);
        ReadThrough(Fill, ctime: 90 * Second, now: 99 * Second);
        ReadThrough(Keep, ctime: 90 * Second, now: 99 * Second);
    }

    [Fact]
    public void Of_a_directory_that_changed_a_moment_ago_nothing_is_kept()
    {
        ReadThrough(Fill, ctime: 1, now: 10 * Second);
        Assert.Equal(Drop, Open(ctime: 10 * Second, now: 11 * Second));
        Assert.Equal(Drop, Open(ctime: 12 * Second, now: 11 * Second)); // a clock that was set back
        ReadThrough(Fill, ctime: 10 * Second, now: 12 * Second);
    }

    [Fact]
    public void Until_the_first_is_read_nobody_keeps_what_it_drops()
    {
        Assert.Equal(Fill, Open(ctime: 1, now: 10 * Second));
        Assert.Equal(Fill, Open(ctime: 1, now: 10 * Second));
        _listing.Close(); // not read: its opening may never have reached the kernel
        Assert.Equal(Fill, Open(ctime: 1, now: 10 * Second));
        _listing.Read();
        Assert.Equal(Keep, Open(ctime: 1, now: 10 * Second));
    }

    [Fact]
    public void What_an_older_handle_reads_is_never_kept_as_newer()
    {
        Assert.Equal(Fill, Open(ctime: 1, now: 10 * Second));
        _listing.Read();
        Assert.Equal(Drop, Open(ctime: 20 * Second, now: 30 * Second));
        _listing.Read();
        Assert.Equal(Drop, Open(ctime: 20 * Second, now: 30 * Second));
        _listing.Close();
        ReadThrough(Fill, ctime: 20 * Second, now: 30 * Second);
        ReadThrough(Keep, ctime: 20 * Second, now: 30 * Second);
    }

    private void ReadThrough(FuseOpenOutFlags expected, long ctime, long now)
    {
        Assert.Equal(expected, Open(ctime, now));
        _listing.Read();
        _listing.Close();
    }

    private FuseOpenOutFlags Open(long ctime, long now) => _listing.Open(new Statx { CtimeNs = ctime }, now);
}
