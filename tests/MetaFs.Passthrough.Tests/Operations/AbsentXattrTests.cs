using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Xattrs;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>
/// What was seen not to be there is not asked for again: seen from another client's changes, which show as late as the kernel
/// shows other attributes, and no later.
/// </summary>
public sealed class AbsentXattrTests
{
    private const string Acl = "system.posix_acl_access";
    private const string Capability = "security.capability";
    private const string Label = "security.selinux";

    // cap_setuid+ep, VFS_CAP_REVISION_2 (linux/capability.h)
    private static readonly byte[] s_capability = [1, 0, 0, 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] s_acl = AclBytes.Of("1:6 2:6:1000 4:4 16:6 32:4");
    private static readonly PassthroughOptions s_patient = new() { AttrTimeout = TimeSpan.FromHours(1) };
    private static readonly PassthroughOptions s_asking = new() { AttrTimeout = TimeSpan.Zero };

    [RootXattrTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_question_answers_all(bool isBelieved)
    {
        using var share = new ShareUnderTest(isBelieved ? s_patient : s_asking);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        Assert.Equal(Errno.ENODATA, Get(share, node, Acl));
        SetOnShare(share, "f", Capability, s_capability);
        SetOnShare(share, "f", Acl, s_acl);
        Assert.Equal(isBelieved ? Errno.ENODATA : Errno.OK, Get(share, node, Capability));
        Assert.Equal(isBelieved ? Errno.ENODATA : Errno.OK, Get(share, node, Acl));
        Assert.Equal(isBelieved, List(share, node).Length == 0);
        Assert.Equal(isBelieved, List(share, node).Length == 0);
    }

    [RootXattrTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_listing_answers_too(bool isBelieved)
    {
        using var share = new ShareUnderTest(isBelieved ? s_patient : s_asking);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        Assert.Empty(List(share, node));
        SetOnShare(share, "f", Capability, s_capability);
        Assert.Equal(isBelieved ? Errno.ENODATA : Errno.OK, Get(share, node, Capability));
    }

    [RootXattrTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_new_file_has_no_capabilities(bool isBelieved)
    {
        using var share = new ShareUnderTest(isBelieved ? s_patient : s_asking);
        NodeId node = share.Create("f");
        SetOnShare(share, "f", Capability, s_capability);
        SetOnShare(share, "f", Acl, s_acl);
        Assert.Equal(isBelieved ? Errno.ENODATA : Errno.OK, Get(share, node, Capability));
        Assert.Equal(Errno.OK, Get(share, node, Acl));
    }

    [RootXattrTheory]
    [InlineData(Acl)]
    [InlineData(Capability)]
    [InlineData(Label)]
    [InlineData("user.any")]
    [InlineData("trusted.any")]
    public void What_is_set_through_the_mount_shows_at_once(string name)
    {
        using var share = new ShareUnderTest(s_patient);
        share.Share.Write("f", "");
        NodeId node = share.NodeOf("f");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Errno.ENODATA, Get(share, node, name));
            Assert.Equal(Errno.ENODATA, Get(share, node, Label));
            Assert.Empty(List(share, node));
            byte[] value = name == Acl ? s_acl : name == Capability ? s_capability : [1];
            Assert.Equal(Errno.OK, share.Fs.Setxattr(Daemon, node, Names.Z(name), value, 0, false));
            Assert.Equal(Errno.OK, Get(share, node, name));
            Assert.Equal(name + "\0", List(share, node));
            Assert.Equal(Errno.OK, share.Fs.Removexattr(Daemon, node, Names.Z(name)));
        }
    }

    [RootXattrTheory]
    [InlineData(Acl)]
    [InlineData(Capability)]
    [InlineData(Label)]
    public void What_is_there_is_found_beside_others(string name)
    {
        using var share = new ShareUnderTest(s_patient);
        share.Share.Write("f", "");
        SetOnShare(share, "f", "user.a", new byte[10]);
        SetOnShare(share, "f", name, name == Acl ? s_acl : name == Capability ? s_capability : [1]);
        NodeId node = share.NodeOf("f");
        foreach (string asked in (string[])[Label, Acl, Capability, Label, Acl, Capability])
            Assert.Equal(asked == name ? Errno.OK : Errno.ENODATA, Get(share, node, asked));
        for (int i = 0; i < 2; i++)
            Assert.Equal(Names.Z(name).Length + "user.a\0".Length + 1, List(share, node).Length);
    }

    [AclTheory]
    [InlineData(0x1B6)]
    public void An_inherited_acl_shows_at_once(uint mode)
    {
        using var share = new ShareUnderTest(s_patient);
        NodeId directory = share.Mkdir("d");
        Assert.Equal(
            Errno.OK, share.Fs.Setxattr(Daemon, directory, Names.Z("system.posix_acl_default"), s_acl, 0, false));
        NodeId node = share.Create("f", mode, parent: directory);
        Assert.Equal(Errno.OK, Get(share, node, Acl));
    }

    [Theory]
    [InlineData("", 15)]
    [InlineData("user.a", 7)]
    [InlineData("user.a system.posix_acl_access", 6)]
    [InlineData("security.capability", 5)]
    [InlineData("security.selinux trusted.x security.capability system.posix_acl_access", 0)]
    public void A_listing_says_what_is_not_there(string names, int absent)
    {
        string listing = string.Concat(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name + "\0"));
        Assert.Equal((AbsentXattrs)absent, XattrName.NotIn(System.Text.Encoding.ASCII.GetBytes(listing)));
    }

    private static Errno Get(ShareUnderTest share, NodeId node, string name) =>
        share.Fs.Getxattr(Daemon, node, Names.Z(name), new byte[1000], out _);

    private static string List(ShareUnderTest share, NodeId node)
    {
        byte[] names = new byte[1000];
        Assert.Equal(Errno.OK, share.Fs.Listxattr(new RequestContext(1, 0, 0, 1), node, names, out int size));
        return System.Text.Encoding.ASCII.GetString(names, 0, size);
    }

    private static void SetOnShare(ShareUnderTest share, string file, string name, byte[] value)
    {
        Assert.Equal(
            Errno.OK, Libc.Openat(share.Share.Fd, Names.Z(file), OpenFlags.O_PATH, 0, out SafeFd fd));
        using (fd)
            Assert.Equal(Errno.OK, Libc.Fsetxattr(fd, Names.Z(name), value, 0));
    }
}
