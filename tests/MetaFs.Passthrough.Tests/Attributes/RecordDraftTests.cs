using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class RecordDraftTests
{
    private static readonly Reason s_old = new(ReasonKind.Option);
    private static readonly Reason s_new = new(ReasonKind.Refused, 1);
    private static readonly InodeGuard s_guard = new(FileMode.S_IFREG, GuardKind.BirthTime, 77);
    private static readonly PathHint s_hint = new(2, "name"u8.ToArray());

    private static readonly InodeRecord s_full = new()
    {
        Guard = s_guard,
        Uid = new IdValue(1, s_old),
        Gid = new IdValue(2, s_old),
        Mode = new ModeValue(3, s_old),
        Atime = new TimeValue(4, s_old),
        Mtime = new TimeValue(5, s_old),
        Witness = new TimeWitness(6, 7, 8, 9, 10),
        Ctime = 11,
        SetAt = 12,
        Hint = s_hint,
    };

    [Theory]
    // was recorded, verdict: is recorded with the new value, or not at all
    [InlineData(false, FieldVerdict.Drop, false)]
    [InlineData(false, FieldVerdict.KeepIfRecorded, false)]
    [InlineData(false, FieldVerdict.Record, true)]
    [InlineData(true, FieldVerdict.Drop, false)]
    [InlineData(true, FieldVerdict.KeepIfRecorded, true)]
    [InlineData(true, FieldVerdict.Record, true)]
    public void A_field_follows_its_verdict(bool was, object verdict, bool becomes)
    {
        var draft = new RecordDraft(null);
        IdValue? field = was ? new IdValue(1, s_old) : null;
        var wanted = new IdValue(42, s_new);
        Assert.Equal(becomes ? wanted : null, draft.Decide(field, (FieldVerdict)verdict, wanted));
        Assert.Equal(becomes, draft.IsRecorded);
    }

    [Fact]
    public void What_was_recorded_once_in_an_operation_stays_noticed()
    {
        var draft = new RecordDraft(null);
        draft.Uid = draft.Decide(draft.Uid, FieldVerdict.Record, new IdValue(1, s_new));
        draft.Gid = draft.Decide(draft.Gid, FieldVerdict.Drop, new IdValue(1, s_new));
        Assert.True(draft.IsRecorded);
    }

    [Fact]
    public void A_draft_of_nothing_finishes_empty()
    {
        InodeRecord record = new RecordDraft(null).Finish(s_guard, s_hint, 5, 6);
        Assert.True(record.IsEmpty);
        Assert.Null(record.Witness);
        Assert.Equal((s_guard, 5, 6), (record.Guard, record.Ctime, record.SetAt));
        Assert.Equal(s_hint, record.Hint);
    }

    [Fact]
    public void What_stays_keeps_when_and_by_whom_it_was_set()
    {
        var draft = new RecordDraft(s_full with { SetBy = 1000 });
        draft.Mode = draft.Decide(draft.Mode, FieldVerdict.Record, new ModeValue(7, s_new));
        InodeRecord record = draft.Finish(s_guard, s_hint, 11, 50, 33);
        Assert.Equal((50L, 33u), (record.SetAt, record.SetBy!.Value));
        Assert.Equal(new Origin(12, 1000), record.OriginOf(record.Uid!.Value.Reason));
        Assert.Equal(new Origin(12, 1000), record.OriginOf(record.Mtime!.Value.Reason));
        Assert.Equal(new Origin(50, 33), record.OriginOf(record.Mode!.Value.Reason));

        InodeRecord later = new RecordDraft(record).Finish(s_guard, s_hint, 11, 90, 0);
        Assert.Equal(new Origin(12, 1000), later.OriginOf(later.Uid!.Value.Reason));
        Assert.Equal(new Origin(50, 33), later.OriginOf(later.Mode!.Value.Reason));
    }

    [Fact]
    public void A_witness_does_not_outlive_the_times()
    {
        var draft = new RecordDraft(s_full) { Atime = null };
        Assert.True(draft.HasTimes);
        Assert.NotNull(draft.Finish(s_guard, s_hint, 0, 0).Witness);

        draft.Mtime = null;
        Assert.False(draft.HasTimes);
        Assert.Null(draft.Finish(s_guard, s_hint, 0, 0).Witness);
    }
}
