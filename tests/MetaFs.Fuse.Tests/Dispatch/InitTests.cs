using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Dispatch;

public sealed class InitTests
{
    // fuse_init_out
    private const int Major = 0;
    private const int Minor = 4;
    private const int MaxReadahead = 8;
    private const int Flags = 12;
    private const int MaxBackground = 16;
    private const int CongestionThreshold = 18;
    private const int MaxWrite = 20;
    private const int TimeGran = 24;
    private const int MaxPages = 28;
    private const int Flags2 = 32;
    private const int MaxStackDepth = 36;

    [Fact]
    public void A_kernel_that_offers_everything_gets_what_is_implemented_and_nothing_else()
    {
        DispatcherUnderTest dispatcher = Fresh(new FuseServerOptions { PosixAcl = true });
        Reply reply = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45).Build())!;

        Assert.Equal(0, reply.Error);
        Assert.Equal(64, reply.Payload.Length);
        Assert.Equal(7u, reply.U32(Major));
        Assert.Equal(45u, reply.U32(Minor));
        Assert.Equal(0x20000u, reply.U32(MaxReadahead));
        Assert.Equal((64, 48), (reply.U16(MaxBackground), reply.U16(CongestionThreshold)));
        Assert.Equal(1u << 20, reply.U32(MaxWrite));
        Assert.Equal(1u, reply.U32(TimeGran));
        Assert.Equal((1 << 20) / Environment.SystemPageSize, reply.U16(MaxPages));
        Assert.Equal(1u, reply.U32(MaxStackDepth));
        ulong features = reply.U32(Flags) | ((ulong)reply.U32(Flags2) << 32);
        const FuseInitFlags all = FuseServerOptions.Implemented & ~FuseInitFlags.FUSE_OVER_IO_URING; // QueueTests
        Assert.Equal((ulong)all, features);
        Assert.Equal(["Init"], dispatcher.FileSystem.Calls);
        Assert.Same(dispatcher.Connection, dispatcher.FileSystem.Connection);
        Assert.Equal(all, dispatcher.Connection.Features);
        Assert.True(dispatcher.Connection.Settled.IsSet);
    }

    [Theory]
    [InlineData(FuseInitFlags.FUSE_POSIX_LOCKS)]
    [InlineData(FuseInitFlags.FUSE_FLOCK_LOCKS)]
    [InlineData(FuseInitFlags.FUSE_WRITEBACK_CACHE)]
    [InlineData(FuseInitFlags.FUSE_HANDLE_KILLPRIV)]
    [InlineData(FuseInitFlags.FUSE_EXPORT_SUPPORT)]
    public void A_feature_without_an_implementation_is_not_accepted_even_if_wanted(FuseInitFlags feature)
    {
        DispatcherUnderTest dispatcher = Fresh(new FuseServerOptions { Wanted = (FuseInitFlags)ulong.MaxValue });
        _ = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45).Build());
        Assert.False(dispatcher.Connection.Features.HasFlag(feature));
    }

    [Fact]
    public void Acls_are_enforced_only_on_request_because_modes_are_then_too()
    {
        DispatcherUnderTest dispatcher = Fresh();
        _ = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45).Build());
        Assert.False(dispatcher.Connection.Features.HasFlag(FuseInitFlags.FUSE_POSIX_ACL));
    }

    [Fact]
    public void Without_passthrough_no_stack_depth_is_claimed()
    {
        DispatcherUnderTest dispatcher = Fresh(new FuseServerOptions { Passthrough = false });
        Reply reply = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45).Build())!;
        Assert.Equal(0u, reply.U32(Flags2));
        Assert.Equal(0u, reply.U32(MaxStackDepth));
        Assert.Equal(Errno.EOPNOTSUPP, dispatcher.Connection.BackingOpen(SafeFd.Invalid, out _));
    }

    [Fact]
    public void The_short_INIT_of_an_old_kernel_is_understood()
    {
        DispatcherUnderTest dispatcher = Fresh(new FuseServerOptions { PosixAcl = true });
        // 7.31 sends 16 bytes, and bit 30 would be noise there.
        Reply reply = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 31, 0x0FFF_FFFF).Build(16))!;
        Assert.Equal(0, reply.Error);
        Assert.Equal(31u, reply.U32(Minor));
        Assert.Equal(31u, dispatcher.Connection.Minor);
        Assert.Equal(0u, reply.U32(Flags2));
        Assert.Equal((ulong)FuseServerOptions.Implemented & 0x0FFF_FFFF, reply.U32(Flags));
    }

    [Fact]
    public void Without_INIT_EXT_the_second_flags_are_not_looked_at()
    {
        DispatcherUnderTest dispatcher = Fresh();
        ulong offer = ulong.MaxValue & ~(ulong)FuseInitFlags.FUSE_INIT_EXT;
        _ = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45, offer).Build());
        Assert.False(dispatcher.Connection.Features.HasFlag(FuseInitFlags.FUSE_PASSTHROUGH));
    }

    [Fact]
    public void Without_MAX_PAGES_writes_are_as_long_as_the_kernels_default()
    {
        DispatcherUnderTest dispatcher = Fresh();
        Reply reply = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45, flags: 0).Build())!;
        Assert.Equal((uint)(32 * Environment.SystemPageSize), reply.U32(MaxWrite));
        Assert.Equal(0u, reply.U32(Flags));
    }

    [Fact]
    public void A_newer_kernel_is_spoken_to_in_our_minor()
    {
        Reply reply = Fresh().Answer(DispatcherUnderTest.InitRequest(7, 99).Build())!;
        Assert.Equal(45u, reply.U32(Minor));
    }

    [Fact]
    public void A_greater_major_is_answered_with_ours_and_asked_again()
    {
        DispatcherUnderTest dispatcher = Fresh();
        Reply reply = dispatcher.Answer(DispatcherUnderTest.InitRequest(8, 0).Build())!;
        Assert.Equal((0, 7u), (reply.Error, reply.U32(Major)));
        Assert.Empty(dispatcher.FileSystem.Calls);
        Assert.False(dispatcher.Connection.Settled.IsSet);

        Assert.Equal(0, dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45).Build())!.Error);
        Assert.True(dispatcher.Connection.IsReady);
    }

    [Theory]
    [InlineData(6, 45)]
    [InlineData(7, 30)]
    [InlineData(7, 0)]
    public void A_kernel_too_old_is_refused_with_a_reason(uint major, uint minor)
    {
        DispatcherUnderTest dispatcher = Fresh();
        _ = dispatcher.Refused(DispatcherUnderTest.InitRequest(major, minor).Build(), Errno.EPROTO);
        Assert.Contains($"{major}.{minor}", dispatcher.Connection.InitFailure, StringComparison.Ordinal);
        Assert.Contains(dispatcher.Log.Lines, line => line.Contains("7.31", StringComparison.Ordinal));
        Assert.True(dispatcher.Connection.Settled.IsSet);
        Assert.False(dispatcher.Connection.IsReady);
        Assert.Empty(dispatcher.FileSystem.Calls);
    }

    [Fact]
    public void A_second_INIT_is_refused()
    {
        DispatcherUnderTest dispatcher = new();
        _ = dispatcher.Refused(DispatcherUnderTest.InitRequest(7, 45).Build(), Errno.EIO);
        Assert.Empty(dispatcher.FileSystem.Calls);
    }

    [Fact]
    public void Nothing_is_served_before_INIT()
    {
        DispatcherUnderTest dispatcher = Fresh();
        _ = dispatcher.Refused(WireCases.All["LOOKUP"].Request.Build(), Errno.EIO);
        Assert.Empty(dispatcher.FileSystem.Calls);
    }

    [Fact]
    public void A_file_system_that_fails_to_begin_is_not_served()
    {
        DispatcherUnderTest dispatcher = Fresh();
        dispatcher.FileSystem.Failure = new InvalidOperationException("on purpose");
        _ = dispatcher.Refused(DispatcherUnderTest.InitRequest(7, 45).Build(), Errno.EIO);
        Assert.False(dispatcher.Connection.IsReady);
        Assert.True(dispatcher.Connection.Settled.IsSet);
    }

    [Fact]
    public void SETXATTR_is_shorter_without_SETXATTR_EXT()
    {
        DispatcherUnderTest dispatcher = Fresh();
        ulong offer = ulong.MaxValue & ~(ulong)FuseInitFlags.FUSE_SETXATTR_EXT;
        _ = dispatcher.Answer(DispatcherUnderTest.InitRequest(7, 45, offer).Build());
        byte[] message = new RequestBytes(21).U32("size", 2).U32("flags", 1).Name("user.a").Bytes("ab").Build();
        Assert.Equal(0, dispatcher.Answer(message)!.Error);
        Assert.Equal("Setxattr 40de 'user.a' value='ab' flags=1 kill=False", dispatcher.FileSystem.Calls[^1]);
    }

    private static DispatcherUnderTest Fresh(FuseServerOptions? options = null) =>
        new(options: options, initialize: false);
}
