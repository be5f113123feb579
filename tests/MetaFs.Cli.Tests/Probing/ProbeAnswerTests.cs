using MetaFs.Cli.Probing;
using MetaFs.Cli.Reports;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Probing;

public sealed class ProbeAnswerTests
{
    [Theory]
    [InlineData(Errno.OK, true, "accepts", "")]
    [InlineData(Errno.OK, false, "ignores", "shown")]
    [InlineData(Errno.EPERM, false, "refuses", "")]
    [InlineData(Errno.EPERM, true, "refuses", "")]
    public void A_call_fails_or_holds_or_did_nothing(Errno errno, bool holds, string verdict, string detail)
    {
        var answer = ProbeAnswer.Of(errno, holds, "shown");
        Assert.Equal(verdict, ProbeJson.Word(answer.Verdict));
        Assert.Equal(errno, answer.Errno);
        Assert.Equal(detail, answer.Detail ?? "");
    }

    [Fact]
    public void Of_several_arguments_the_worst_counts()
    {
        ProbeAnswer kept = Mode(Errno.OK, 0x1A0, 0x1A0);
        ProbeAnswer ignored = Mode(Errno.OK, 0x181, 0x1FC);
        ProbeAnswer refused = Mode(Errno.EPERM, 0x1FF, 0x1FC);
        Assert.Equal(ProbeAnswer.Accepts, ProbeAnswer.Sum([kept, kept]));
        Assert.Equal(ProbeAnswer.Ignores("0601 shows 0774"), ProbeAnswer.Sum([kept, ignored]));
        Assert.Equal(
            ProbeAnswer.Refuses(Errno.EPERM, "0601 shows 0774; 0777: EPERM"),
            ProbeAnswer.Sum([kept, ignored, refused]));
    }

    [Fact]
    public void A_refusal_of_everything_needs_no_detail() =>
        Assert.Equal(
            ProbeAnswer.Refuses(Errno.EPERM),
            ProbeAnswer.Sum([Mode(Errno.EPERM, 1, 2), Mode(Errno.EPERM, 3, 2)]));

    private static ProbeAnswer Mode(Errno errno, uint wanted, uint shown) =>
        ModeQuestions.JudgeMode(errno, wanted, shown);
}
