using System.Text;
using MetaFs.Linux;
using MetaFs.Passthrough.Callers;

namespace MetaFs.Passthrough.Tests.Callers;

public sealed class CallerGroupsTests
{
    [Theory]
    [InlineData("1 2 3", new uint[] { 1, 2, 3 })]
    [InlineData("1 2 3 ", new uint[] { 1, 2, 3 })]
    [InlineData("", new uint[0])]
    [InlineData("0", new uint[] { 0 })]
    [InlineData("4294967294 7", new uint[] { 4294967294, 7 })]
    public void A_status_gives_its_groups(string line, uint[] expected)
    {
        Span<uint> groups = stackalloc uint[8];
        int count = CallerGroups.Parse(Status("1000", line), 1000, groups);
        Assert.Equal(expected, groups[..count].ToArray());
    }

    [Fact]
    public void More_groups_than_fit_are_cut()
    {
        Span<uint> groups = stackalloc uint[2];
        Assert.Equal(2, CallerGroups.Parse(Status("1000", "5 6 7 8"), 1000, groups));
        Assert.Equal([5u, 6u], groups.ToArray());
    }

    [Theory]
    [InlineData("1001")]
    [InlineData("0")]
    public void Another_fsuid_is_another_process_and_lends_no_groups(string fsuid) =>
        Assert.Equal(0, CallerGroups.Parse(Status(fsuid, "1 2 3"), 1000, stackalloc uint[8]));

    [Theory]
    [InlineData("")]
    [InlineData("Groups:\t1 2\n")]
    [InlineData("x\nUid:\t1 2\nGroups:\t1\n")]
    [InlineData("x\nUid:\t1000\t1000\t1000\t1000\n")]
    [InlineData("Uid:\t1000\t1000\t1000\t1000\nGroups:\t1\n")]
    public void What_is_no_status_has_no_groups(string status) =>
        Assert.Equal(0, CallerGroups.Parse(Encoding.ASCII.GetBytes(status), 1000, stackalloc uint[8]));

    [Fact]
    public void A_process_that_is_gone_and_the_kernel_itself_have_no_groups()
    {
        Span<uint> groups = stackalloc uint[8];
        Assert.Equal(0, CallerGroups.Read(0, Libc.Geteuid(), groups));
        Assert.Equal(0, CallerGroups.Read(uint.MaxValue, Libc.Geteuid(), groups));
        Assert.Equal(0, CallerGroups.Read((uint)Environment.ProcessId, Libc.Geteuid() + 1, groups));
    }

    private static byte[] Status(string fsuid, string groups) => Encoding.ASCII.GetBytes(
        $"Name:\tsh\nUmask:\t0022\nUid:\t1\t2\t3\t{fsuid}\nGid:\t1\t1\t1\t1\nGroups:\t{groups}\nNStgid:\t1\n");
}
