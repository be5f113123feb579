using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class ControlTests
{
    [Fact]
    public void The_mount_describes_itself()
    {
        using var share = new ShareUnderTest();
        (NodeId node, FileHandle handle) = share.Open("f");
        byte[] answer = new byte[ControlProtocol.InfoSize];
        Assert.Equal(Errno.OK, Ask(share, NodeId.Root, ControlProtocol.Info, [], answer, out int length));
        ControlInfo info = ControlProtocol.ParseInfo(answer.AsSpan(0, length))!;
        Assert.Equal(Environment.ProcessId, info.Pid);
        Assert.Equal((share.Share.Path, share.Database), (info.Source, info.Database));
        Assert.Equal((2, 1, 0), (info.Counters["nodes"], info.Counters["openFiles"], info.Counters["openDirectories"]));
        Assert.False(info.Passthrough);
        share.Release(node, handle);
    }

    [Fact]
    public void What_is_recorded_is_shown_with_its_reason()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f", Oct(640), User(1000, 1001));
        share.Chown(node, 42, null);
        share.Utimens(node, -5, 6);
        ControlShow show = Show(share, NodeId.Root, "f");
        Assert.True(show.HasRecord);
        Assert.Equal(("file", 42u, 1001u, Oct(640)), Brief(show.Effective));
        Assert.Equal(
            ("file", Libc.Geteuid(), Libc.Getegid(), share.Share.Stat("f").Mode & Oct(7777)), Brief(show.Share));
        Assert.Equal((-5, 6), (show.Effective.AtimeNs, show.Effective.MtimeNs));
        Assert.Equal(share.Share.Stat("f").MtimeNs, show.Share.MtimeNs);

        Dictionary<string, ControlField> fields = show.Fields.ToDictionary(field => field.Name);
        Assert.Equal(new ControlField("uid", 42, "option", null, true, null), WithoutOrigin(fields["uid"]));
        Assert.Equal(new ControlField("gid", 1001, "created", null, true, null), WithoutOrigin(fields["gid"]));
        Assert.Equal(new ControlField("atime", -5, "option", null, true, null), WithoutOrigin(fields["atime"]));
        Assert.Equal(new ControlField("mtime", 6, "option", null, true, null), WithoutOrigin(fields["mtime"]));

        // The group came with the file, by its creator; the rest later, by the caller of these tests.
        Assert.Equal(1000u, fields["gid"].SetBy);
        Assert.NotEqual(1000u, fields["uid"].SetBy);
        Assert.True(fields["gid"].SetAtNs < fields["uid"].SetAtNs && fields["uid"].SetAtNs < fields["mtime"].SetAtNs);
        Assert.Equal((fields["mtime"].SetAtNs, fields["mtime"].SetBy), (show.SetAtNs, show.SetBy));
        Assert.Equal(("holds", 0u), (show.Witness!.State, show.Witness.Size));
        Assert.True(show.GuardHolds);
    }

    private static ControlField WithoutOrigin(ControlField field) => field with { SetAtNs = null, SetBy = null };

    [Fact]
    public void Times_that_do_not_hold_any_more_say_so()
    {
        using var share = new ShareUnderTest(Recording);
        share.Utimens(NodeId.Root, 5, 6);
        Assert.True(TimeOf(Show(share, NodeId.Root, "")).Valid);
        share.Share.Write("f", "a new name in it");
        ControlField field = TimeOf(Show(share, NodeId.Root, ""));
        Assert.False(field.Valid);
        Assert.NotNull(field.Why);
        Assert.Equal(share.Share.Stat(".").MtimeNs, Show(share, NodeId.Root, "").Effective.MtimeNs);
    }

    [Fact]
    public void A_directory_and_what_is_in_it_are_shown()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d", Oct(750), User(1000, 1001));
        share.Share.Symlink("nowhere", "d/link");
        share.Share.Write("d/file", "12345");
        Assert.Equal(("directory", 1000u, 1001u, Oct(750)), Brief(Show(share, directory, "").Effective));
        Assert.Equal("symlink", Show(share, directory, "link").Effective.Type);
        ControlShow file = Show(share, directory, "file");
        Assert.Equal((false, 5ul, null), (file.HasRecord, file.Effective.Size, file.GuardKind));
        Assert.Empty(file.Fields);
        Assert.Equal("directory", Show(share, NodeId.Root, "").Share.Type);
    }

    [Theory]
    [InlineData(".", Errno.EINVAL)]
    [InlineData("..", Errno.EINVAL)]
    [InlineData("d/f", Errno.EINVAL)]
    [InlineData("/etc/passwd", Errno.EINVAL)]
    [InlineData("missing", Errno.ENOENT)]
    public void Nothing_outside_the_directory_is_shown(string name, Errno expected)
    {
        using var share = new ShareUnderTest();
        share.Share.MakeDirectory("d");
        share.Share.Write("d/f", "");
        byte[] answer = new byte[ControlProtocol.ShowSize];
        Errno errno = Ask(share, NodeId.Root, ControlProtocol.Show, Question(name), answer, out _);
        Assert.Equal(expected, errno);
    }

    [Fact]
    public void What_is_no_question_of_ours_is_refused()
    {
        using var share = new ShareUnderTest();
        byte[] answer = new byte[ControlProtocol.ShowSize];
        byte[] unterminated = [.. Enumerable.Repeat((byte)'x', ControlProtocol.ShowSize)];
        Assert.Equal(Errno.EINVAL, Ask(share, NodeId.Root, ControlProtocol.Show, unterminated, answer, out _));
        Assert.Equal(Errno.EINVAL, Ask(share, NodeId.Root, ControlProtocol.Show, [], answer, out _));
        Assert.Equal(Errno.ENOTTY, Ask(share, NodeId.Root, 0x5401, [], answer, out _));
        Assert.Equal(Errno.EOVERFLOW, Ask(share, NodeId.Root, ControlProtocol.Info, [], new byte[10], out _));
        Assert.Equal(Errno.ESTALE, Ask(share, new NodeId(77), ControlProtocol.Show, Question(""), answer, out _));
        NodeId file = share.Create("f");
        Assert.Equal(Errno.ENOTDIR, Ask(share, file, ControlProtocol.Show, Question("x"), answer, out _));
    }

    [Fact]
    public void Looking_leaves_no_node_and_changes_no_row()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("f", context: User(1000, 1001));
        share.ForgetAll();
        int writes = share.Store.CountOf(StoreCalls.Put);
        for (int i = 0; i < 10; i++)
            Assert.Equal(1000u, Show(share, NodeId.Root, "f").Effective.Uid);
        Assert.Equal(1, share.Fs.LiveNodes);
        Assert.Equal(writes, share.Store.CountOf(StoreCalls.Put));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]\0")]
    [InlineData("{\"effective\":1,\"pid\":\"x\"}\0")]
    [InlineData("\0")]
    public void An_answer_that_is_none_is_seen(string answer)
    {
        Assert.Null(ControlProtocol.ParseInfo(Encoding.UTF8.GetBytes(answer)));
        Assert.Null(ControlProtocol.ParseShow(Encoding.UTF8.GetBytes(answer)));
    }

    private static ControlField TimeOf(ControlShow show) => show.Fields.Single(field => field.Name == "mtime");

    private static ControlShow Show(ShareUnderTest share, NodeId directory, string name)
    {
        byte[] answer = new byte[ControlProtocol.ShowSize];
        Assert.Equal(Errno.OK, Ask(share, directory, ControlProtocol.Show, Question(name), answer, out int length));
        ControlShow? show = ControlProtocol.ParseShow(answer.AsSpan(0, length));
        Assert.NotNull(show);
        return show;
    }

    private static Errno Ask(
        ShareUnderTest share, NodeId node, uint command, byte[] question, byte[] answer, out int length) =>
        share.Fs.Ioctl(Daemon, node, new FileHandle(0), command, question, answer, out length);

    // The kernel hands over the whole buffer that the command's number speaks of.
    private static byte[] Question(string name)
    {
        byte[] question = new byte[ControlProtocol.ShowSize];
        Encoding.UTF8.GetBytes(name).CopyTo(question, 0);
        return question;
    }

    private static (string Type, uint Uid, uint Gid, uint Mode) Brief(ControlAttributes attributes) =>
        (attributes.Type, attributes.Uid, attributes.Gid, attributes.Mode);
}
