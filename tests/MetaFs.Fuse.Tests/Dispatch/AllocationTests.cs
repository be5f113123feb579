using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Tests.Harness;
using MetaFs.Fuse.Tests.Wire;
using MetaFs.Linux;
using Microsoft.Extensions.Logging.Abstractions;

namespace MetaFs.Fuse.Tests.Dispatch;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("LOOKUP")]
    [InlineData("GETATTR")]
    [InlineData("SETATTR of everything")]
    [InlineData("OPEN")]
    [InlineData("READ")]
    [InlineData("WRITE")]
    [InlineData("RELEASE")]
    [InlineData("FORGET")]
    [InlineData("READDIR")]
    [InlineData("GETXATTR")]
    public void A_request_allocates_nothing(string name)
    {
        var dispatcher = new DispatcherUnderTest(new QuietFileSystem(), log: NullLogger.Instance);
        dispatcher.Channel.OnWrite = static _ => { };
        byte[] request = WireCases.All[name].Request.Build();
        // The least of some rounds: a collection or the jitter's own work in between counts for the thread too.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ => AllocatedBy(dispatcher, request)));
    }

    private static long AllocatedBy(DispatcherUnderTest dispatcher, byte[] request)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            dispatcher.Dispatch(request);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class QuietFileSystem : FuseFileSystemBase
    {
        public override Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
        {
            entry = new FuseEntryOut { Nodeid = 2 };
            return Errno.OK;
        }

        public override Errno Read(
            in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
        {
            read = buffer.Length;
            return Errno.OK;
        }
    }
}
