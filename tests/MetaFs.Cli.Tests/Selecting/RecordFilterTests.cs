using MetaFs.Cli.Selecting;
using MetaFs.Overlay;

namespace MetaFs.Cli.Tests.Selecting;

public sealed class RecordFilterTests
{
    private static readonly OverlayRow s_row = new(
        null, new InodeKey(1, 2),
        new InodeRecord
        {
            Guard = new InodeGuard(0x8000, GuardKind.None, 0),
            Uid = new IdValue(42, new Reason(ReasonKind.Refused, 1)),
            Mtime = new TimeValue(5, new Reason(ReasonKind.Rounded)),
            SetAt = 100,
            Xattrs = XattrKinds.User,
        },
        "d/f"u8.ToArray());

    public static TheoryData<string, bool> Filters() => new()
    {
        { "none", true },
        { "path d", true },
        { "path e", false },
        { "owner 42", true },
        { "owner 43", false },
        { "group 42", false },
        { "reason refused", true },
        { "reason EPERM", true },
        { "reason EACCES", false },
        { "reason rounded", true },
        { "reason ignored", false },
        { "reason xattrs", true },
        { "reason placeholder", false },
        { "before 101", true },
        { "before 100", false },
        { "after 99", true },
        { "after 100", false },
        { "both", true },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_record_fits_all_that_is_asked_or_not(string filter, bool fits)
    {
        string word = filter.Split(' ')[^1];
        RecordFilter asked = filter.Split(' ')[0] switch
        {
            "path" => new RecordFilter { Path = PathPattern.Parse(word, null) },
            "owner" => new RecordFilter { Owner = uint.Parse(word, null) },
            "group" => new RecordFilter { Group = uint.Parse(word, null) },
            "reason" => new RecordFilter { Reason = word },
            "before" => new RecordFilter { Before = long.Parse(word, null) },
            "after" => new RecordFilter { After = long.Parse(word, null) },
            "both" => new RecordFilter { Owner = 42, Reason = "EPERM", Path = PathPattern.Parse("**/f", null) },
            _ => new RecordFilter(),
        };
        Assert.Equal(fits, asked.Matches(s_row));
    }

    [Fact]
    public void A_record_without_a_path_is_at_none() =>
        Assert.False(new RecordFilter { Path = PathPattern.Parse(".", null) }.Matches(s_row with { Path = null }));

    [Theory]
    [InlineData("list --db /x --valid", "--valid and --void look at the share")]
    [InlineData("list / --valid --void", "Give --valid or --void")]
    [InlineData("list / --share /x", "--share goes with --db FILE")]
    [InlineData("list --db /x --owner no-such-user", "--owner: there is no user 'no-such-user'; give its number")]
    [InlineData("list --db /x --group no-such-group", "--group: there is no group 'no-such-group'; give its number")]
    [InlineData("list --db /x --reason ignord", "did you mean 'ignored'?")]
    [InlineData("list --db /x --reason 7", "--reason: '7' is none (one of refused, ")]
    [InlineData("list --db /x --older soon", "--older: 'soon' is no time; give an age as ")]
    [InlineData("list --db /x --newer -1d", "--newer: '-1d' is no time; give an age as ")]
    public void A_wrong_filter_is_a_usage_error_in_one_line(string line, string said)
    {
        CliRun run = CliRun.Inside(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(run.Output);
    }
}
