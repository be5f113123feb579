namespace MetaFs.Overlay.Tests;

/// <summary>What the values themselves decide.</summary>
public sealed class GuardTests
{
    private static readonly InodeGuard s_born = new(0x8000, GuardKind.BirthTime, 5);

    [Theory]
    [InlineData(0x8000, GuardKind.BirthTime, 5, true)]
    [InlineData(0x8000, GuardKind.BirthTime, 6, false)]
    [InlineData(0x4000, GuardKind.BirthTime, 5, false)]
    [InlineData(0x8000, GuardKind.FileHandle, 6, true)]
    [InlineData(0x8000, GuardKind.None, 0, true)]
    [InlineData(0x4000, GuardKind.None, 0, false)]
    public void A_guard_matches_by_type_and_by_value_where_both_have_the_same_kind(
        uint type, GuardKind kind, long value, bool matches)
    {
        InodeGuard other = new(type, kind, value);
        Assert.Equal(matches, s_born.Matches(other));
        Assert.Equal(matches, other.Matches(s_born));
    }

    [Fact]
    public void A_record_is_empty_without_any_field()
    {
        InodeRecord empty = new() { Guard = s_born, Ctime = 1, Hint = new PathHint(1, [1]) };
        Reason reason = new(ReasonKind.Refused, 1);
        Assert.True(empty.IsEmpty);
        Assert.False((empty with { Uid = new IdValue(0, reason) }).IsEmpty);
        Assert.False((empty with { Gid = new IdValue(0, reason) }).IsEmpty);
        Assert.False((empty with { Mode = new ModeValue(0, reason) }).IsEmpty);
        Assert.False((empty with { Atime = new TimeValue(0, reason) }).IsEmpty);
        Assert.False((empty with { Mtime = new TimeValue(0, reason) }).IsEmpty);
    }
}
