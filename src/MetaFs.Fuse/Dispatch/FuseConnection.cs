// One mount's connection: what INIT agreed on, and what the file system may ask of the kernel on its own.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Fuse.Abi;
using MetaFs.Fuse.Transport;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <inheritdoc cref="IFuseConnection"/>
internal sealed class FuseConnection : IFuseConnection
{
    /// <summary>Bytes of <see cref="FuseInitIn"/> before 7.36: without flags2.</summary>
    public const int ShortInitIn = 16;

    // NAME_MAX is 255, but FUSE itself takes 1024 (FUSE_NAME_MAX).
    private const int LongestName = 1024;

    private readonly IFuseChannel _channel;

    // The worker that handles INIT only.
    private IReadOnlyList<IRequestChannel> _queues = [];
    private int _neededQueues;

    // Written by the one worker that handles INIT, before _ready; read by all after it.
    private volatile bool _ready;

    public FuseConnection(IFuseChannel channel, FuseStatistics statistics)
    {
        _channel = channel;
        Statistics = statistics;
    }

    public FuseInitFlags Features { get; private set; }

    public uint Minor { get; private set; }

    public FuseStatistics Statistics { get; }

    /// <summary>Bytes of <see cref="FuseSetxattrIn"/> that the kernel sends.</summary>
    public int SetxattrInSize => (Features & FuseInitFlags.FUSE_SETXATTR_EXT) != 0
        ? Unsafe.SizeOf<FuseSetxattrIn>()
        : FuseProtocol.FUSE_COMPAT_SETXATTR_IN_SIZE;

    /// <summary>Whether INIT has succeeded: no other request is served before.</summary>
    public bool IsReady => _ready;

    /// <summary>Why INIT was refused.</summary>
    public string? InitFailure { get; private set; }

    /// <summary>Set when INIT has been answered for good, or the connection has ended without.</summary>
    public ManualResetEventSlim Settled { get; } = new();

    /// <summary>
    /// Starts to read the queues, once the kernel has the answer to INIT; of the channels, at least the given number.
    /// </summary>
    public Action<IReadOnlyList<IRequestChannel>, int>? QueuesOpened { get; set; }

    /// <summary>Opens queues over io_uring, before INIT promises the kernel that they will be read.</summary>
    /// <returns>False: there will be none.</returns>
    public bool TryOpenQueues(int most)
    {
        _queues = QueuesOpened is null ? [] : _channel.OpenQueues(most, out _neededQueues);
        return _queues.Count > 0;
    }

    /// <summary>INIT has been answered.</summary>
    /// <param name="isTaken">Whether the kernel has taken the answer.</param>
    public void Settle(bool isTaken)
    {
        if (isTaken && _queues.Count > 0)
            QueuesOpened!(_queues, _neededQueues);
        else
            Drop(_queues);
        _queues = [];
        Settled.Set();
    }

    public void Agree(FuseInitFlags features, uint minor)
    {
        Features = features;
        Minor = minor;
    }

    public void Open() => _ready = true;

    public void Refuse(string reason) => InitFailure = reason;

    public Errno BackingOpen(SafeFd file, out int backingId)
    {
        backingId = 0;
        if ((Features & FuseInitFlags.FUSE_PASSTHROUGH) == 0)
            return Errno.EOPNOTSUPP;
        Errno errno = _channel.BackingOpen(file, out backingId);
        if (errno == Errno.OK)
            Statistics.CountBackingIds(1);
        return errno;
    }

    public Errno BackingClose(int backingId)
    {
        Errno errno = _channel.BackingClose(backingId);
        if (errno == Errno.OK)
            Statistics.CountBackingIds(-1);
        return errno;
    }

    public Errno InvalidateInode(NodeId node, long offset, long length)
    {
        var body = new FuseNotifyInvalInodeOut { Ino = node.Value, Off = offset, Len = length };
        return Notify(FuseNotifyCode.FUSE_NOTIFY_INVAL_INODE, in body, default);
    }

    public Errno InvalidateEntry(NodeId parent, CString name)
    {
        if (name.Length > LongestName)
            return Errno.ENAMETOOLONG;
        var body = new FuseNotifyInvalEntryOut { Parent = parent.Value, Namelen = (uint)name.Length };
        return Notify(FuseNotifyCode.FUSE_NOTIFY_INVAL_ENTRY, in body, name.Terminated);
    }

    private static void Drop(IReadOnlyList<IRequestChannel> queues)
    {
        foreach (IRequestChannel queue in queues)
            queue.Dispose();
    }

    private Errno Notify<T>(FuseNotifyCode code, in T body, ReadOnlySpan<byte> tail)
        where T : unmanaged
    {
        int headers = Unsafe.SizeOf<FuseOutHeader>() + Unsafe.SizeOf<T>();
        Span<byte> message = stackalloc byte[headers + tail.Length];
        var header = new FuseOutHeader { Len = (uint)message.Length, Error = (int)code };
        MemoryMarshal.Write(message, in header);
        MemoryMarshal.Write(message[Unsafe.SizeOf<FuseOutHeader>()..], in body);
        tail.CopyTo(message[headers..]);
        return _channel.Write(message);
    }
}
