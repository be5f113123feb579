using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Attributes;

public sealed class PosixAclTests
{
    [Theory]
    // entries as "tag:permissions[:id]": mode, minimal
    [InlineData("1:7 4:5 32:0", 750, true)]
    [InlineData("1:0 4:0 32:0", 0, true)]
    [InlineData("32:4 4:2 1:6", 624, true)]
    [InlineData("1:6 4:7 16:4 32:0", 640, false)]
    [InlineData("1:6 2:7:1000 4:0 16:6 32:4", 664, false)]
    [InlineData("1:6 4:6 8:7:50 16:0 32:0", 600, false)]
    [InlineData("", 0, true)]
    public void An_acl_has_a_mode(string entries, int mode, bool isMinimal)
    {
        Assert.True(PosixAcl.TryReadMode(AclBytes.Of(entries), out uint read, out bool minimal));
        Assert.Equal((Oct(mode), isMinimal), (read, minimal));
    }

    [Fact]
    public void Permissions_beyond_rwx_are_not_taken()
    {
        byte[] acl = AclBytes.Of("1:7 4:5 32:1");
        acl[7] = 0xFF;
        acl[6] |= 0xF8;
        Assert.True(PosixAcl.TryReadMode(acl, out uint mode, out _));
        Assert.Equal(Oct(751), mode);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 2, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 0, 7 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 4 })]
    public void What_has_another_form_has_none(byte[] value) =>
        Assert.False(PosixAcl.TryReadMode(value, out _, out _));
}
