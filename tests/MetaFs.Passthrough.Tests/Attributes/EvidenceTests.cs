using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class EvidenceTests
{
    private static readonly Errno[] s_refusals =
        [Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP, Errno.ENOSYS, Errno.EINVAL];

    public static TheoryData<Errno> Refusals => new(s_refusals);

    public static TheoryData<Errno> Others => new(Enum.GetValues<Errno>().Distinct().Except(s_refusals));

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_a_share_cannot_do_is_recorded(Errno errno) => Assert.True(Evidence.IsRefusal(errno));

    [Theory]
    [MemberData(nameof(Others))]
    public void Every_other_answer_goes_back_to_the_caller(Errno errno) => Assert.False(Evidence.IsRefusal(errno));

    [Theory]
    // before, after, wanted, shows its own: verdict
    [InlineData(33, 42, 42, false, FieldVerdict.Drop)]
    [InlineData(33, 42, 42, true, FieldVerdict.Drop)]
    [InlineData(33, 33, 42, false, FieldVerdict.Record)]
    [InlineData(33, 33, 42, true, FieldVerdict.Record)]
    [InlineData(33, 41, 42, false, FieldVerdict.Record)]
    [InlineData(42, 33, 42, false, FieldVerdict.Record)]
    [InlineData(42, 42, 42, false, FieldVerdict.KeepIfRecorded)]
    [InlineData(42, 42, 42, true, FieldVerdict.Record)]
    [InlineData(4294967294, 4294967294, 4294967294, true, FieldVerdict.Record)]
    public void A_success_is_judged_by_what_the_share_shows_afterwards(
        long before, long after, long wanted, bool showsItsOwn, object verdict) =>
        Assert.Equal((FieldVerdict)verdict, Evidence.Judge(before, after, wanted, showsItsOwn));

    [Theory]
    [InlineData(33, 42, 42, CallTrait.Accepts)]
    [InlineData(33, 33, 42, CallTrait.Ignores)]
    [InlineData(33, 41, 42, CallTrait.Ignores)]
    [InlineData(42, 33, 42, CallTrait.Ignores)]
    [InlineData(42, 42, 42, CallTrait.Unknown)]
    public void A_success_teaches_only_where_the_value_was_not_there_before(
        long before, long after, long wanted, CallTrait learnt) =>
        Assert.Equal(learnt, Evidence.Learn(before, after, wanted));
}
