using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>What SHOW tells of a name is what stat(2) would tell: nothing to who may not search the directory.</summary>
public sealed class ControlSearchTests
{
    private const uint Owner = 1000;
    private const uint Group = 2000;
    private const uint Stranger = 1001;

    [Theory]
    [InlineData(700, Stranger, Stranger, Errno.EACCES)]
    [InlineData(744, Stranger, Stranger, Errno.EACCES)] // may be listed, not searched
    [InlineData(701, Stranger, Stranger, Errno.OK)]
    [InlineData(701, Stranger, Group, Errno.EACCES)]
    [InlineData(710, Stranger, Group, Errno.OK)]
    [InlineData(611, Owner, Group, Errno.EACCES)]
    [InlineData(700, Owner, Stranger, Errno.OK)]
    [InlineData(600, 0u, 0u, Errno.OK)]
    public void A_name_is_shown_to_who_may_search_its_directory(int mode, uint uid, uint gid, Errno errno)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = Closed(share, mode);
        Assert.Equal(errno, Show(share, User(uid, gid), directory, "f"));
        Assert.Equal(
            errno == Errno.OK ? Errno.ENOENT : errno, Show(share, User(uid, gid), directory, "nothing has this name"));
    }

    [Fact]
    public void A_directory_that_is_open_is_shown_itself()
    {
        using var share = new ShareUnderTest(Recording);
        Assert.Equal(Errno.OK, Show(share, User(Stranger, Stranger), Closed(share, 744), ""));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Where_the_kernel_judges_nobody_neither_does_the_mount(bool noPerm, bool mounterIsRoot)
    {
        using var share = new ShareUnderTest(Recording with { NoPerm = noPerm, MounterIsRoot = mounterIsRoot });
        Assert.Equal(Errno.OK, Show(share, User(Stranger, Stranger), Closed(share, 700), "f"));
    }

    [AclTheory]
    [InlineData("1:7 2:1:1001 4:0 16:1 32:0", Errno.OK)]
    [InlineData("1:7 2:7:1001 4:0 16:6 32:1", Errno.EACCES)]
    [InlineData("1:7 2:0:1001 4:0 16:1 32:1", Errno.EACCES)]
    [InlineData("1:7 4:0 8:1:1001 16:1 32:0", Errno.OK)]
    public void An_acl_counts(string acl, Errno errno)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = Closed(share, 700);
        Assert.Equal(Errno.OK, share.Fs.Setxattr(
            Daemon, directory, Names.Z("system.posix_acl_access"), AclBytes.Of(acl), 0, false));
        Assert.Equal(errno, Show(share, User(Stranger, Stranger), directory, "f"));
    }

    private static NodeId Closed(ShareUnderTest share, int mode)
    {
        NodeId directory = share.Mkdir("d");
        share.Create("f", parent: directory);
        share.Chown(directory, Owner, Group);
        share.Chmod(directory, Oct(mode));
        return directory;
    }

    private static Errno Show(ShareUnderTest share, RequestContext context, NodeId directory, string name)
    {
        byte[] question = new byte[ControlProtocol.ShowSize];
        byte[] answer = new byte[ControlProtocol.ShowSize];
        Encoding.UTF8.GetBytes(name).CopyTo(question, 0);
        return share.Fs.Ioctl(context, directory, new FileHandle(0), ControlProtocol.Show, question, answer, out _);
    }
}
