using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class ControlNamedTests
{
    [Fact]
    public void Times_of_a_file_asked_for_by_name_say_that_they_do_not_hold_any_more()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Utimens(node, 5, 6);
        share.Share.Write("f", "from elsewhere");
        byte[] question = new byte[ControlProtocol.ShowSize];
        byte[] answer = new byte[ControlProtocol.ShowSize];
        Encoding.UTF8.GetBytes("f").CopyTo(question, 0);
        Errno errno = share.Fs.Ioctl(
            Daemon, NodeId.Root, new FileHandle(0), ControlProtocol.Show, question, answer, out int length);
        Assert.Equal(Errno.OK, errno);
        ControlField? field =
            ControlProtocol.ParseShow(answer.AsSpan(0, length))!.Fields.SingleOrDefault(f => f.Name == "mtime");
        Assert.NotNull(field);
        Assert.False(field.Valid);
    }
}
