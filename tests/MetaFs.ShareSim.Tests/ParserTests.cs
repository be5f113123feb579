using MetaFs.ShareSim.Faults;

namespace MetaFs.ShareSim.Tests;

/// <summary>Words of commands, without a share.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("refuse chwon EPERM", "'chwon'", "chown")]
    [InlineData("refuse chown EPREM", "'EPREM'", "EPERM")]
    [InlineData("refuse chown 1", "'1'", "EPERM")]
    [InlineData("refuse chown OK", "'OK'", "EPERM")]
    [InlineData("refuse chown", "errno", "missing")]
    [InlineData("refuse", "a call", "missing")]
    [InlineData("refuse chown EPERM EIO", "'EIO'", "too many")]
    [InlineData("refuse chown EPERM calls 0", "'0'", "N..M")]
    [InlineData("refuse chown EPERM calls 3..2", "'3..2'", "N..M")]
    [InlineData("refuse chown EPERM calls", "''", "N..M")]
    [InlineData("ignore write", "'write'", "chown, chmod, utimens")]
    [InlineData("round 2", "'2'", "ns, us, ms or s")]
    [InlineData("round 0", "'0'", "rounded")]
    [InlineData("delay read -5ms", "'-5ms'", "ns, us, ms or s")]
    [InlineData("delay read 9223372036855s", "'9223372036855s'", "ns, us, ms or s")]
    [InlineData("round 2s calls 1", "calls", "of no call")]
    [InlineData("force uid=-1", "'-1'", "4294967294")]
    [InlineData("force mode=644", "'mode=644'", "file=MODE")]
    [InlineData("force file=888", "'888'", "octal")]
    [InlineData("force file=77777", "'77777'", "octal")]
    [InlineData("force", "uid=", "missing")]
    [InlineData("inodes random", "'random'", "backing, counter, reuse, forget, name")]
    [InlineData("inodes counter on *", "on", "whole share")]
    [InlineData("offset -1", "'-1'", "64 bits")]
    [InlineData("offset 0x10000000000000000", "'0x10000000000000000'", "64 bits")]
    [InlineData("btime never", "'never'", "hide, name, oldest, move")]
    [InlineData("delete later", "'later'", "listed, silly")]
    [InlineData("lack files", "'files'", "links, symlinks, special, xattrs, tmpfile, renameflags, case")]
    [InlineData("brake chown", "'brake'", "refuse, ignore")]
    [InlineData("", "a fault", "missing")]
    public void AWrongWordIsNamedTogetherWithTheRightOnes(string text, string word, string valid)
    {
        SyntaxException wrong = Assert.Throws<SyntaxException>(() => FaultParser.Parse(text));
        Assert.Contains(word, wrong.Message);
        Assert.Contains(valid, wrong.Message);
    }

    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*", "/a/b/c", false)]
    [InlineData("/a/**", "/a/b/c", true)]
    [InlineData("/a/**/c", "/a/b/b/c", true)]
    [InlineData("/?", "/a", true)]
    [InlineData("/a?b", "/a/b", false)]
    [InlineData("*.txt", "/a/b.txt", true)]
    [InlineData("*.txt", "/a.txt/b", false)]
    [InlineData("b", "/a/b", true)]
    [InlineData("b", "/b/a", false)]
    [InlineData("**", "/a/b", true)]
    [InlineData("/", "/", true)]
    public void APatternWithoutASlashIsForTheLastName(string glob, string path, bool matches) =>
        Assert.Equal(matches, PathGlob.Parse(glob).Matches(path));

    [Fact]
    public void APatternMayHoldBlanksAndMeansItsBytes()
    {
        Fault fault = FaultParser.Parse("refuse chown EPERM on /a  b \u00e4");
        Assert.True(fault.On.Matches("/a  b \u00c3\u00a4"));
    }

    [Theory]
    [InlineData("3", 3, true)]
    [InlineData("3", 2, false)]
    [InlineData("3", 4, false)]
    [InlineData("2..4", 2, true)]
    [InlineData("2..4", 4, true)]
    [InlineData("2..4", 5, false)]
    [InlineData("5..", 4, false)]
    [InlineData("5..", 500, true)]
    public void RangesCountFromOneAndHoldBothEnds(string range, int number, bool inside) =>
        Assert.Equal(inside, CallRange.Parse(range).Has(number));

    [Theory]
    [InlineData("100ns", 100)]
    [InlineData("7us", 7_000)]
    [InlineData("50ms", 50_000_000)]
    [InlineData("2s", 2_000_000_000)]
    public void DurationsHaveUnits(string text, long nanoseconds) => Assert.Equal(nanoseconds, Words.Duration(text));

    [Fact]
    public void NumbersGoUpToAllSixtyFourBits()
    {
        Assert.Equal(ulong.MaxValue, Words.Number("0xffffffffffffffff"));
        Assert.Equal(ulong.MaxValue, Words.Number("18446744073709551615"));
    }
}
