using MetaFs.Fuse.Tests.Harness;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Wire;

public sealed class WireTests
{
    private readonly DispatcherUnderTest _dispatcher = new();

    public static TheoryData<string> Names => [.. WireCases.All.Keys];

    private List<string> Calls => _dispatcher.FileSystem.Calls;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_becomes_one_call_and_one_reply(string name)
    {
        WireCase wire = WireCases.All[name];

        Reply? reply = _dispatcher.Answer(wire.Request.Build());

        Assert.Equal(wire.Call is null ? [] : [wire.Call], Calls);
        if (wire.PayloadLength < 0)
        {
            Assert.Null(reply);
            return;
        }
        Assert.NotNull(reply);
        Assert.Equal(0, reply.Error);
        Assert.Equal(RequestBytes.Unique, reply.Unique);
        Assert.Equal(16 + wire.PayloadLength, (int)reply.Length);
        Assert.Equal(wire.PayloadLength, reply.Payload.Length);
    }

    [Theory]
    [InlineData(0x8401, 0, true)]
    [InlineData(0x8401, 1, false)]
    [InlineData(0x8001, 0, false)]
    public void A_write_appends_by_the_flags_it_carries_but_a_page_has_its_place(int flags, uint writeFlags, bool appends)
    {
        _ = _dispatcher.Answer(new RequestBytes(16).U64("fh", 0xFEED).U64("offset", 7).U32("size", 4)
            .U32("write_flags", writeFlags).U64("lock_owner", 0).U32("flags", (uint)flags).U32("padding", 0xDD)
            .Bytes("data").Build());
        Assert.Equal(
            [$"Write 40de fh=feed WriteRequest {{ Offset = 7, Appends = {appends}, KillSuidgid = False }} data='data'"],
            Calls);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_caller_is_handed_on(string name)
    {
        WireCase wire = WireCases.All[name];
        _ = _dispatcher.Answer(wire.Request.Build());
        if (wire.Call is not null && wire.PayloadLength >= 0)
        {
            Assert.Equal(
                new RequestContext(RequestBytes.Unique, RequestBytes.Uid, RequestBytes.Gid, RequestBytes.Pid),
                _dispatcher.FileSystem.Context);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_errno_is_negated_and_carries_no_payload(string name)
    {
        WireCase wire = WireCases.All[name];
        if (wire.Call is null || wire.PayloadLength < 0)
            return;
        _dispatcher.FileSystem.Result = Errno.EDQUOT;
        _ = _dispatcher.Refused(wire.Request.Build(), Errno.EDQUOT);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_exception_is_logged_with_its_request_and_answered_EIO(string name)
    {
        WireCase wire = WireCases.All[name];
        if (wire.Call is null)
            return;
        _dispatcher.FileSystem.Failure = new InvalidOperationException("on purpose");

        if (wire.PayloadLength < 0)
            Assert.Null(_dispatcher.Answer(wire.Request.Build()));
        else
            _ = _dispatcher.Refused(wire.Request.Build(), Errno.EIO);

        string opcode = name.Split(' ')[0];
        Assert.Contains(
            $"Error: {opcode} of request {RequestBytes.Unique} failed, answered EIO on purpose", _dispatcher.Log.Lines);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_cut_short_anywhere_reaches_no_file_system(string name)
    {
        WireCase wire = WireCases.All[name];
        int required = wire.Request.RequiredLength < 0 ? wire.Request.BodyLength : wire.Request.RequiredLength;
        for (int length = 0; length < required; length++)
        {
            byte[] message = wire.Request.Build(length);
            if (wire.PayloadLength < 0)
                Assert.Null(_dispatcher.Answer(message));
            else
                _ = _dispatcher.Refused(message, Errno.EIO);
            Assert.Empty(Calls);
            Assert.Contains(_dispatcher.Log.Lines, line => line.Contains("is malformed", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_length_that_is_not_the_messages_is_no_request(string name)
    {
        WireCase wire = WireCases.All[name];
        byte[] message = wire.Request.Build();
        message[0]++;
        if (wire.PayloadLength < 0)
            Assert.Null(_dispatcher.Answer(message));
        else
            _ = _dispatcher.Refused(message, Errno.EIO);
        Assert.Empty(Calls);
    }

    [Fact]
    public void A_message_without_a_whole_header_is_dropped()
    {
        for (int length = 0; length < 40; length++)
            Assert.Null(_dispatcher.Answer(new byte[length]));
        Assert.Empty(Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("..")]
    public void A_name_that_is_no_component_is_malformed(string name)
    {
        _ = _dispatcher.Refused(new RequestBytes(1).Name(name).Build(), Errno.EIO);
        _ = _dispatcher.Refused(new RequestBytes(10).Name(name).Build(), Errno.EIO);
        _ = _dispatcher.Refused(new RequestBytes(6).Name(name).Name("target").Build(), Errno.EIO);
        _ = _dispatcher.Refused(new RequestBytes(12).U64("newdir", 2).Name("ok").Name(name).Build(), Errno.EIO);
        _ = _dispatcher.Refused(new RequestBytes(13).U64("oldnodeid", 2).Name(name).Build(), Errno.EIO);
        Assert.Empty(Calls);
    }

    [Fact]
    public void Extensions_at_the_end_are_not_taken_for_arguments()
    {
        // Two extensions' worth (16 bytes) after the name; the data of SETXATTR ends before them too.
        byte[] message = new RequestBytes(9, extensions: 2)
            .U32("mode", 0x1FF).U32("umask", 0x12).Name("dir").Bytes("EXTENSIONEXTENSI").Build();
        Assert.Equal(0, _dispatcher.Answer(message)!.Error);
        Assert.Equal(["Mkdir 40de 'dir' mode=1ff umask=12"], Calls);
    }

    [Fact]
    public void Extensions_that_eat_the_arguments_are_malformed()
    {
        byte[] message = new RequestBytes(9, extensions: 2).U32("mode", 0x1FF).U32("umask", 0x12).Name("dir").Build();
        _ = _dispatcher.Refused(message, Errno.EIO);
        message = new RequestBytes(9, extensions: 1).U32("mode", 0x1FF).U32("umask", 0x12).Name("dir").Build();
        _ = _dispatcher.Refused(message, Errno.EIO);
        Assert.Empty(Calls);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(7u)]
    [InlineData(31u)]
    [InlineData(37u)]
    [InlineData(40u)]
    [InlineData(48u)]
    [InlineData(4096u)]
    [InlineData(uint.MaxValue)]
    public void An_opcode_nobody_implements_is_answered_ENOSYS(uint opcode) =>
        _dispatcher.Refused(new RequestBytes(opcode).Zeros(64).Build(), Errno.ENOSYS);
}
