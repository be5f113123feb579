using System.Globalization;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class PosixAclTests
{
    [Theory]
    // entries as "tag:permissions[:id]": mode, the group's own, minimal
    [InlineData("1:7 4:5 32:0", 750, 5, true)]
    [InlineData("1:0 4:0 32:0", 0, 0, true)]
    [InlineData("1:6 4:7 16:4 32:0", 640, 7, false)]
    [InlineData("1:6 2:7:1000 4:0 16:6 32:4", 664, 0, false)]
    [InlineData("1:6 4:6 8:7:50 8:1:51 16:0 32:0", 600, 6, false)]
    public void An_acl_has_a_mode(string entries, int mode, int group, bool isMinimal)
    {
        Assert.True(PosixAcl.TryRead(AclBytes.Of(entries), out AclSummary summary));
        Assert.Equal(new AclSummary(Oct(mode), (uint)group, isMinimal), summary);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1:7 4:5")]
    [InlineData("4:5 32:0")]
    [InlineData("1:7 32:0")]
    [InlineData("32:4 4:2 1:6")]
    [InlineData("1:7 1:7 4:5 32:0")]
    [InlineData("1:8 4:5 32:0")]
    [InlineData("1:7 4:5 32:0 64:0")]
    [InlineData("1:6 2:7:1000 4:0 32:4")]
    [InlineData("1:6 4:0 8:7:50 32:4")]
    [InlineData("1:6 2:7:1000 4:0 2:7:1001 16:7 32:4")]
    public void What_the_kernel_would_not_take_is_none(string entries) =>
        Assert.False(PosixAcl.TryRead(AclBytes.Of(entries), out _));

    [Theory]
    [InlineData("1:7 4:5 32:5", 640, "1:6 4:4 32:0")]
    [InlineData("1:7 2:7:1000 4:5 16:7 32:5", 4621, "1:6 2:7:1000 4:5 16:2 32:1")]
    public void The_mode_is_the_authority_when_one_is_shown(string entries, int mode, string shown)
    {
        byte[] acl = AclBytes.Of(entries);
        PosixAcl.Show(acl, Oct(mode));
        Assert.Equal(AclBytes.Of(shown), acl);
    }

    [Theory]
    [InlineData("1:7 4:5 32:4", 666, "1:6 4:4 32:4", 644, true)]
    [InlineData("1:7 4:5 32:4", 2777, "1:7 4:5 32:4", 2754, true)]
    [InlineData("1:7 2:7:1000 4:5 16:7 32:0", 666, "1:6 2:7:1000 4:5 16:6 32:0", 660, false)]
    [InlineData("1:7 2:7:1000 4:5 16:7 32:7", 600, "1:6 2:7:1000 4:5 16:0 32:0", 600, false)]
    [InlineData("1:7 4:5 16:7 32:7", 644, "1:6 4:5 16:4 32:4", 644, false)]
    public void A_new_file_has_what_both_the_default_acl_and_its_mode_allow(
        string entries, int asked, string inherited, int mode, bool isMinimal)
    {
        byte[] acl = AclBytes.Of(entries);
        uint changed = Oct(asked);
        Assert.Equal(isMinimal, PosixAcl.Inherit(acl, ref changed));
        Assert.Equal(AclBytes.Of(inherited), acl);
        Assert.Equal(Oct(mode), changed);
    }

    [Fact]
    public void A_forged_one_is_left_as_it_is()
    {
        byte[] acl = [2, 0, 0, 0, 1, 0, 7];
        PosixAcl.Show(acl, Oct(777));
        Assert.Equal([2, 0, 0, 0, 1, 0, 7], acl);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 2, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 0, 7 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 4 })]
    public void What_has_another_form_has_none(byte[] value) =>
        Assert.False(PosixAcl.TryRead(value, out _));

    [Theory]
    // entries, uid, groups, the file's group, wanted: as posix_acl_permission of the kernel
    [InlineData("1:7 4:5 32:0", 5, "50", 50, 1, true)]
    [InlineData("1:7 4:5 32:0", 5, "51", 50, 1, false)]
    [InlineData("1:7 4:0 32:7", 5, "50", 50, 1, false)]
    [InlineData("1:7 2:7:5 4:0 16:1 32:0", 5, "51", 50, 1, true)]
    [InlineData("1:7 2:7:5 4:0 16:6 32:7", 5, "51", 50, 1, false)]
    [InlineData("1:7 2:0:5 4:7 16:7 32:7", 5, "50", 50, 1, false)]
    [InlineData("1:7 4:0 8:4:51 8:1:52 16:7 32:0", 5, "51 52", 50, 1, true)]
    [InlineData("1:7 4:0 8:4:51 8:1:52 16:7 32:0", 5, "51 52", 50, 5, false)]
    [InlineData("1:7 4:0 8:0:51 16:7 32:7", 5, "51", 50, 1, false)]
    [InlineData("1:7 4:0 8:0:51 16:7 32:7", 5, "52", 50, 1, true)]
    [InlineData("32:7", 5, "52", 50, 1, false)]
    public void An_acl_lets_some_and_not_others(
        string entries, uint uid, string groups, uint owningGroup, uint wanted, bool lets) =>
        Assert.Equal(lets, PosixAcl.Lets(
            AclBytes.Of(entries), uid, [.. groups.Split(' ').Select(group => uint.Parse(group, CultureInfo.InvariantCulture))],
            owningGroup, wanted));
}
