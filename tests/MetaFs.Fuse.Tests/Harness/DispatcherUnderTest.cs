using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Dispatch;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>A dispatcher between a fake kernel and a file system that records, the handshake done.</summary>
internal sealed class DispatcherUnderTest
{
    public const uint MaxWrite = 1 << 20;

    private readonly byte[] _reply = new byte[MaxWrite + 4096];
    private readonly RequestDispatcher _dispatcher;

    public DispatcherUnderTest(
        IFuseFileSystem? fileSystem = null, FuseServerOptions? options = null, ILogger? log = null,
        bool initialize = true)
    {
        FileSystem = fileSystem as RecordingFileSystem ?? new RecordingFileSystem();
        Connection = new FuseConnection(Channel, Statistics);
        _dispatcher = new RequestDispatcher(
            fileSystem ?? FileSystem, Connection, options ?? new FuseServerOptions(), Statistics, log ?? Log);
        if (!initialize)
            return;
        Assert.Equal(0, Answer(InitRequest(7, 45).Build())!.Error);
        FileSystem.Calls.Clear();
    }

    public FakeChannel Channel { get; } = new();

    public FuseStatistics Statistics { get; } = new();

    public FuseConnection Connection { get; }

    public RecordingFileSystem FileSystem { get; }

    public ListLogger Log { get; } = new();

    /// <summary>INIT of a kernel that offers everything.</summary>
    public static RequestBytes InitRequest(
        uint major, uint minor, ulong flags = ulong.MaxValue, uint maxReadahead = 0x20000) =>
        new RequestBytes(26)
            .U32("major", major)
            .U32("minor", minor)
            .U32("max_readahead", maxReadahead)
            .U32("flags", (uint)flags)
            .OptionalFromHere()
            .U32("flags2", (uint)(flags >> 32))
            .Zeros(44);

    /// <summary>Dispatches without keeping anything: the caller looks at the channel.</summary>
    public void Dispatch(ReadOnlySpan<byte> message) => _dispatcher.Dispatch(Channel, message, _reply);

    /// <returns>The reply; null where none was written.</returns>
    public Reply? Answer(byte[] message)
    {
        Channel.Written.Clear();
        Dispatch(message);
        Assert.InRange(Channel.Written.Count, 0, 1);
        return Channel.Written.TryDequeue(out byte[]? bytes) ? Reply.Parse(bytes) : null;
    }

    public Reply Refused(byte[] message, Errno errno)
    {
        Reply? reply = Answer(message);
        Assert.NotNull(reply);
        Assert.Equal(-(int)errno, reply.Error);
        Assert.Equal(16u, reply.Length);
        Assert.Empty(reply.Payload);
        return reply;
    }
}
