using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

public sealed class ReplyTests
{
    private readonly DispatcherUnderTest _dispatcher = new();

    private RecordingFileSystem FileSystem => _dispatcher.FileSystem;

    [Fact]
    public void An_entry_reply_has_the_kernels_layout()
    {
        Reply reply = Answer("LOOKUP");
        Assert.Equal(RecordingFileSystem.EntryNode, reply.U64(0));
        Assert.Equal(0x6Eul, reply.U64(8));
        Assert.Equal(0x1A0ul, reply.U64(40)); // attr.ino
        Assert.Equal(0x81A4u, reply.U32(40 + 60)); // attr.mode
        Assert.Equal(0x71Du, reply.U32(40 + 68)); // attr.uid
        Assert.Equal(0x61Du, reply.U32(40 + 72)); // attr.gid
    }

    [Fact]
    public void A_create_reply_has_the_entry_before_the_handle()
    {
        FileSystem.OpenOutFlags = FuseOpenOutFlags.FOPEN_KEEP_CACHE;
        Reply reply = Answer("CREATE");
        Assert.Equal(RecordingFileSystem.EntryNode, reply.U64(0));
        Assert.Equal(RecordingFileSystem.OpenHandle, reply.U64(128));
        Assert.Equal(2u, reply.U32(128 + 8));
        Assert.Equal(0xBACu, reply.U32(128 + 12));
    }

    [Fact]
    public void Small_answers_have_their_value_where_the_kernel_looks()
    {
        Assert.Equal(4u, Answer("WRITE").U32(0));
        Assert.Equal(0x5EE4ul, Answer("LSEEK").U64(0));
        Assert.Equal(0xFFFFF000u, Answer("COPY_FILE_RANGE").U32(0));
        Assert.Equal(0x5_0000_0000ul, Answer("COPY_FILE_RANGE_64").U64(0));
        Assert.Equal(0x5Au, Answer("GETXATTR of the size").U32(0));
        Assert.Equal(0x5Au, Answer("LISTXATTR of the size").U32(0));
        Assert.Equal("to/where"u8.ToArray(), Answer("READLINK").Payload);
        Assert.Equal(0xB10Cul, Answer("STATFS").U64(0));
        Assert.Equal(0xA77ul, Answer("GETATTR").U64(0));
        Assert.Equal(0x1A0ul, Answer("STATX").U64(32 + 32)); // stat.ino
    }

    [Fact]
    public void A_short_read_answers_the_bytes_there_are()
    {
        FileSystem.Claim = 3;
        Assert.Equal([0xDA, 0xDA, 0xDA], Answer("READ").Payload);
        FileSystem.Claim = 0;
        Assert.Empty(Answer("READ").Payload);
    }

    [Theory]
    [InlineData("READ", 0x81)]
    [InlineData("READ", -1)]
    [InlineData("READLINK", 4096)]
    [InlineData("GETXATTR", 0x41)]
    [InlineData("LISTXATTR", int.MaxValue)]
    [InlineData("IOCTL", 0x21)]
    [InlineData("IOCTL", int.MinValue)]
    public void A_file_system_that_claims_more_than_there_is_room_for_is_answered_EIO(string name, int claim)
    {
        FileSystem.Claim = claim;
        _ = _dispatcher.Refused(WireCases.All[name].Request.Build(), Errno.EIO);
        Assert.Contains(_dispatcher.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(-5)]
    [InlineData(int.MinValue)]
    public void An_errno_the_kernel_would_refuse_becomes_EIO(int errno)
    {
        FileSystem.Result = (Errno)errno;
        _ = _dispatcher.Refused(WireCases.All["LOOKUP"].Request.Build(), Errno.EIO);
    }

    [Fact]
    public void A_read_of_more_than_was_agreed_on_is_malformed()
    {
        _ = _dispatcher.Refused(WireCases.Read(15, DispatcherUnderTest.MaxWrite + 4096).Build(), Errno.EIO);
        _ = _dispatcher.Refused(WireCases.Read(15, uint.MaxValue).Build(), Errno.EIO);
        Assert.Empty(FileSystem.Calls);
        Assert.Equal(0, _dispatcher.Answer(WireCases.Read(15, DispatcherUnderTest.MaxWrite).Build())!.Error);
    }

    [Fact]
    public void A_listing_stays_within_what_was_asked_for()
    {
        Assert.Empty(_dispatcher.Answer(WireCases.Read(28, 31).Build())!.Payload);
        Assert.Equal(32, _dispatcher.Answer(WireCases.Read(28, 32).Build())!.Payload.Length);
        Assert.Equal(320, _dispatcher.Answer(WireCases.Read(44, 479).Build())!.Payload.Length);
        Assert.Equal(32, _dispatcher.Answer(WireCases.Read(28, uint.MaxValue).Build())!.Payload.Length);
    }

    [Fact]
    public void Copying_with_flags_nobody_has_defined_is_refused()
    {
        byte[] message = new RequestBytes(47).Zeros(48).U64("flags", 1).Build();
        _ = _dispatcher.Refused(message, Errno.EINVAL);
        Assert.Empty(FileSystem.Calls);
    }

    [Fact]
    public void An_unrestricted_ioctl_is_refused()
    {
        _ = _dispatcher.Refused(WireCases.Ioctl(flags: 2).Build(), Errno.ENOTTY);
        Assert.Empty(FileSystem.Calls);
    }

    [Fact]
    public void An_ioctl_answers_its_header_and_the_bytes_that_count()
    {
        FileSystem.Claim = 2;
        Reply reply = Answer("IOCTL");
        Assert.Equal(18, reply.Payload.Length);
        Assert.Equal(0u, reply.U32(0));
        Assert.Equal([0x1C, 0x1C], reply.Payload[16..]);
    }

    [Fact]
    public void Forgets_of_a_batch_all_arrive()
    {
        byte[] message = new RequestBytes(42).U32("count", 3).U32("dummy", 0)
            .U64("nodeid", 1).U64("nlookup", 2).U64("nodeid", 3).U64("nlookup", 4).U64("nodeid", 5).U64("nlookup", 6)
            .Build();
        Assert.Null(_dispatcher.Answer(message));
        Assert.Equal(["Forget 1 2", "Forget 3 4", "Forget 5 6"], FileSystem.Calls);
    }

    [Fact]
    public void A_batch_that_claims_more_than_it_has_ends_there()
    {
        byte[] message = new RequestBytes(42).U32("count", uint.MaxValue).U32("dummy", 0)
            .U64("nodeid", 1).U64("nlookup", 2).Build();
        Assert.Null(_dispatcher.Answer(message));
        Assert.Equal(["Forget 1 2"], FileSystem.Calls);
        Assert.Contains(_dispatcher.Log.Lines, line => line.Contains("malformed", StringComparison.Ordinal));
    }

    [Fact]
    public void Requests_are_counted_by_opcode()
    {
        _ = Answer("LOOKUP");
        _ = Answer("LOOKUP");
        _ = _dispatcher.Answer(new RequestBytes(4000).Build());
        FileSystem.OpenOutFlags = FuseOpenOutFlags.FOPEN_PASSTHROUGH;
        _ = Answer("OPEN");
        _ = Answer("OPENDIR");

        Dictionary<string, long> requests = _dispatcher.Statistics.Requests();
        Assert.Equal(2, requests["LOOKUP"]);
        Assert.Equal(1, requests["INIT"]);
        Assert.Equal(1, requests["UNKNOWN"]);
        Assert.Equal(1, _dispatcher.Statistics.PassthroughOpens);
    }

    private Reply Answer(string name)
    {
        Reply? reply = _dispatcher.Answer(WireCases.All[name].Request.Build());
        Assert.NotNull(reply);
        Assert.Equal(0, reply.Error);
        return reply;
    }
}
