using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class KeptModeTests
{
    [Theory]
    // type, the mode wanted, the share's, whether it is the one that was left there
    [InlineData(FileMode.S_IFREG, 444, 644, true)]
    [InlineData(FileMode.S_IFREG, 0, 600, true)]
    [InlineData(FileMode.S_IFREG, 4055, 655, true)]
    [InlineData(FileMode.S_IFREG, 444, 444, true)]
    [InlineData(FileMode.S_IFREG, 444, 744, false)]
    [InlineData(FileMode.S_IFREG, 444, 664, false)]
    [InlineData(FileMode.S_IFREG, 444, 640, false)]
    [InlineData(FileMode.S_IFDIR, 55, 755, true)]
    [InlineData(FileMode.S_IFDIR, 55, 777, false)]
    public void A_mode_without_the_owners_access_holds_while_the_share_shows_the_rest(uint type, int wanted, int share, bool holds)
    {
        InodeRecord record = Kept(new InodeGuard(type, GuardKind.None, 0), Oct(wanted));
        Assert.Equal(holds ? Oct(wanted) : null, KeptMode.Of(record, Shown(type | Oct(share))));
    }

    [Fact]
    public void It_holds_in_any_case_where_something_else_tells_the_file()
    {
        Statx other = Shown(FileMode.S_IFREG | Oct(777));
        InodeRecord record = Kept(new InodeGuard(FileMode.S_IFREG, GuardKind.BirthTime, 5), Oct(444));
        Assert.Equal(Oct(444), KeptMode.Of(record, other));
        InodeRecord refused = record with
        {
            Guard = new InodeGuard(FileMode.S_IFREG, GuardKind.None, 0),
            Mode = new ModeValue(Oct(444), new Reason(ReasonKind.Refused, 1)),
        };
        Assert.Equal(Oct(444), KeptMode.Of(refused, other));
        Assert.Null(KeptMode.Of(null, other));
    }

    private static InodeRecord Kept(InodeGuard guard, uint mode) =>
        new() { Guard = guard, Mode = new ModeValue(mode, new Reason(ReasonKind.Kept)) };

    private static Statx Shown(uint mode) => new() { Mode = mode };
}
