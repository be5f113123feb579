using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class TimeValidityTests
{
    private const long Slack = TimeValidity.LateStampSlack;

    // The witness: the share showed mtime 1000 s and 100 bytes; taken at 1001 s by our clock.
    private const long Second = 1_000_000_000;
    private const long Mtime = 1000 * Second;
    private const long TakenAt = 1001 * Second;
    private const ulong Size = 100;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_moved(bool stampsLate) =>
        Assert.Equal(TimeVerdict.Valid, Judge(Mtime, Size, stampsLate, TakenAt));

    [Theory]
    [InlineData(Mtime, 99, false)]
    [InlineData(Mtime, 101, false)]
    [InlineData(Mtime, 0, true)]
    [InlineData(Mtime, 101, true)]
    [InlineData(Mtime + 1, 101, true)]
    [InlineData(Mtime - 1, 99, true)]
    public void Another_size_is_a_change_whatever_the_time_says(long mtime, ulong size, bool stampsLate) =>
        Assert.Equal(TimeVerdict.Void, Judge(mtime, size, stampsLate, TakenAt));

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(Second)]
    [InlineData(-Second)]
    [InlineData(Slack)]
    public void On_a_share_that_stamps_at_once_every_other_time_is_a_change(long moved) =>
        Assert.Equal(TimeVerdict.Void, Judge(Mtime + moved, Size, stampsLate: false, TakenAt));

    [Theory]
    // mtime, settled at: verdict on a share that stamps late
    [InlineData(Mtime + 1, TakenAt, TimeVerdict.LateStamp)]
    [InlineData(TakenAt, TakenAt, TimeVerdict.LateStamp)]
    [InlineData(TakenAt + Slack, TakenAt, TimeVerdict.LateStamp)]
    [InlineData(TakenAt + Slack + 1, TakenAt, TimeVerdict.Void)]

    // The server's own stamp for the last write may lie a little before the client's, which was the witness.
    [InlineData(Mtime - 1, TakenAt, TimeVerdict.LateStamp)]
    [InlineData(Mtime - Slack, TakenAt, TimeVerdict.LateStamp)]
    [InlineData(Mtime - Slack - 1, TakenAt, TimeVerdict.Void)]
    [InlineData(0L, TakenAt, TimeVerdict.Void)]
    [InlineData(-Second, TakenAt, TimeVerdict.Void)]

    // Closed 60 s after the times were set, or still open then: the stamp may be as late as that.
    [InlineData(TakenAt + (60 * Second), TakenAt + (60 * Second), TimeVerdict.LateStamp)]
    [InlineData(TakenAt + (60 * Second) + Slack, TakenAt + (60 * Second), TimeVerdict.LateStamp)]
    [InlineData(TakenAt + (60 * Second) + Slack + 1, TakenAt + (60 * Second), TimeVerdict.Void)]

    // Set by path after the last close: what counts is the later of both.
    [InlineData(TakenAt + Slack, TakenAt - (60 * Second), TimeVerdict.LateStamp)]
    [InlineData(TakenAt + Slack + 1, TakenAt - (60 * Second), TimeVerdict.Void)]
    public void A_share_may_stamp_a_little_after_the_last_close(long mtime, long settledAt, object verdict) =>
        Assert.Equal((TimeVerdict)verdict, Judge(mtime, Size, stampsLate: true, settledAt));

    [Fact]
    public void Times_before_1970_are_ordinary_times()
    {
        var witness = new TimeWitness(-5 * Second, 0, Size, TakenAt, TakenAt);
        Assert.Equal(TimeVerdict.Valid, TimeValidity.Judge(witness, -5 * Second, Size, false, TakenAt));
        Assert.Equal(TimeVerdict.Void, TimeValidity.Judge(witness, -9 * Second, Size, true, TakenAt));
        Assert.Equal(TimeVerdict.LateStamp, TimeValidity.Judge(witness, 0, Size, true, TakenAt));
    }

    [Fact]
    public void A_change_of_ctime_alone_is_none_of_the_data()
    {
        var witness = new TimeWitness(Mtime, Ctime: 7, Size, TakenAt, TakenAt);
        Assert.Equal(TimeVerdict.Valid, TimeValidity.Judge(witness, Mtime, Size, false, TakenAt));
    }

    private static TimeVerdict Judge(long mtime, ulong size, bool stampsLate, long settledAt)
    {
        var witness = new TimeWitness(Mtime, Mtime, Size, TakenAt, TakenAt);
        return TimeValidity.Judge(witness, mtime, size, stampsLate, settledAt);
    }
}
