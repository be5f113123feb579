using System.Text;
using MetaFs.Passthrough.Callers;

namespace MetaFs.Passthrough.Tests.Callers;

public sealed class ManyGroupsTests
{
    [Fact]
    public void Who_has_more_groups_than_a_status_is_read_of_has_the_first_ones()
    {
        string list = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"{1_000_000_000 + i}"));
        byte[] status = Encoding.ASCII.GetBytes($"Name:\tsh\nUid:\t1\t1\t1\t1000\nGroups:\t{list}\n");
        uint[] groups = new uint[CallerGroups.Most];

        // As much of it as CallerGroups.Read takes in.
        int count = CallerGroups.Parse(status.AsSpan(0, 512 + (CallerGroups.Most * 11)), 1000, groups);
        Assert.Equal(CallerGroups.Most, count);
        Assert.Equal(1_000_000_000u, groups[0]);
    }
}
