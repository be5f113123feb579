using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class AclTests
{
    private const string Access = "system.posix_acl_access";
    private const string Minimal = "1:7 4:5 32:1";
    private const string Extended = "1:6 2:7:1000 4:0 16:6 32:4";

    [AclTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_acl_that_is_set_sets_the_mode(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        NodeId node = share.Create("f", context: User(1000, 1000));
        share.Chmod(node, Oct(600));
        Assert.Equal(Errno.OK, Set(share, node, Minimal));
        Assert.Equal(FileMode.S_IFREG | Oct(751), share.Getattr(node).Mode);
        Assert.Equal(Errno.OK, Set(share, node, Extended));
        Assert.Equal(FileMode.S_IFREG | Oct(664), share.Getattr(node).Mode);
        Assert.Equal(1000u, share.Getattr(node).Uid);
        share.Remount(recording ? Recording : new PassthroughOptions());
        Assert.Equal(FileMode.S_IFREG | Oct(664), share.Lookup("f").Attr.Mode);
    }

    [AclTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Setting_an_acl_keeps_the_special_bits_that_the_caller_may_keep(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        NodeId node = share.Create("f");
        share.Chmod(node, Oct(7755));
        Assert.Equal(Errno.OK, Set(share, node, Minimal));
        Assert.Equal(Oct(7751), share.Getattr(node).Mode & Oct(7777));
        Assert.Equal(Errno.OK, Set(share, node, Minimal, killSgid: true));
        Assert.Equal(Oct(5751), share.Getattr(node).Mode & Oct(7777));
    }

    [AclTheory]
    [InlineData("2:7:1000 16:7")]
    [InlineData("1:7")]
    public void An_acl_that_the_share_refuses_as_wrong_changes_nothing(string acl)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f", Oct(640), User(1000, 1000));
        Assert.Equal(Errno.EINVAL, Set(share, node, acl));
        Assert.Equal(FileMode.S_IFREG | Oct(640), share.Getattr(node).Mode);
    }

    [AclTheory]
    [InlineData("system.posix_acl_default")]
    [InlineData("user.looks_like_one")]
    public void Other_attributes_of_that_form_set_no_mode(string name)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d", Oct(750), User(1000, 1000));
        share.Fs.Setxattr(Daemon, directory, Names.Z(name), AclBytes.Of(Minimal), 0, false);
        Assert.Equal(FileMode.S_IFDIR | Oct(750), share.Getattr(directory).Mode);
    }

    private static Errno Set(ShareUnderTest share, NodeId node, string acl, bool killSgid = false) =>
        share.Fs.Setxattr(Daemon, node, Names.Z(Access), AclBytes.Of(acl), 0, killSgid);
}
