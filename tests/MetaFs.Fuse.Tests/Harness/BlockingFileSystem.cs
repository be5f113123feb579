using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>Every READ waits at a gate; the rest answers at once.</summary>
internal sealed class BlockingFileSystem : FuseFileSystemBase, IDisposable
{
    private int _blocked;
    private int _attributes;
    private int _destroyed;

    public ManualResetEventSlim Gate { get; } = new();

    public bool FailsToEnd { get; set; }

    public int Blocked => Volatile.Read(ref _blocked);

    public int Attributes => Volatile.Read(ref _attributes);

    public int Destroyed => Volatile.Read(ref _destroyed);

    public void Dispose() => Gate.Dispose();

    public override void Destroy()
    {
        Interlocked.Increment(ref _destroyed);
        if (FailsToEnd)
            throw new InvalidOperationException("on purpose");
    }

    public override Errno Getattr(
        in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = default;
        Interlocked.Increment(ref _attributes);
        return Errno.OK;
    }

    public override Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        read = 0;
        Interlocked.Increment(ref _blocked);
        Gate.Wait();
        return Errno.OK;
    }
}
