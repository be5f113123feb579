using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class MappedAclTests
{
    [AclTheory]
    [InlineData("1:7 4:5 32:1", 751)]
    [InlineData("1:6 2:7:1000 4:0 16:6 32:4", 664)]
    public void An_acl_outweighs_the_mode_option_as_a_chmod_does(string acl, int mode)
    {
        using var share = new ShareUnderTest(new PassthroughOptions { FileMode = Oct(640) });
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        Errno errno = share.Fs.Setxattr(Daemon, node, Names.Z("system.posix_acl_access"), AclBytes.Of(acl), 0, false);
        Assert.Equal(Errno.OK, errno);
        Assert.Equal(FileMode.S_IFREG | Oct(mode), share.Getattr(node).Mode);
    }
}
