using System.Text;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Mount;

/// <summary>One directory of files that are each there to prove something.</summary>
internal sealed class SmallFileSystem : FuseFileSystemBase, IDisposable
{
    public const int DataSize = (3 << 20) + 17;
    public const uint Command = 0x8004_4D01; // _IOR('M', 1, int)

    private const ulong Directory = 1;
    private const ulong Data = 2;
    private const ulong Direct = 3;
    private const ulong Stuck = 4;
    private const ulong Broken = 5;
    private const ulong Passed = 6;
    private const ulong Symlinked = 7;
    private const ulong Growing = 8;

    private static readonly string[] s_names =
        ["", "", "data", "direct", "stuck", "broken", "passed", "link", "growing"];

    private readonly SafeFd _backing;
    private IFuseConnection? _connection;
    private int _backingId;
    private int _waiting;
    private int _largestRead;
    private int _reads;

    public SmallFileSystem(SafeFd backing) => _backing = backing;

    /// <summary>What "data", "direct" and "stuck" contain.</summary>
    public static byte[] Content { get; } = [.. Enumerable.Range(0, DataSize).Select(i => (byte)(i * 31 >> 3))];

    public ManualResetEventSlim Gate { get; } = new();

    public bool Destroyed { get; private set; }

    /// <summary>Size of "growing", whose attributes the kernel may cache for an hour.</summary>
    public ulong GrowingSize { get; set; } = 5;

    /// <summary>Readers of "stuck" that wait for the gate.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public int LargestRead => Volatile.Read(ref _largestRead);

    public int Reads => Volatile.Read(ref _reads);

    public void Dispose() => Gate.Dispose();

    public override void Init(IFuseConnection connection) => _connection = connection;

    public override void Destroy() => Destroyed = true;

    public override Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        int node = Array.IndexOf(s_names, Encoding.UTF8.GetString(name.Bytes), (int)Data);
        entry = node < 0 ? default : Entry((ulong)node);
        return node < 0 ? Errno.ENOENT : Errno.OK;
    }

    public override Errno Getattr(
        in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = new FuseAttrOut { AttrValid = node.Value == Growing ? 3600u : 0u, Attr = Attr(node.Value) };
        return Errno.OK;
    }

    public override Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        "data"u8.CopyTo(target);
        length = 4;
        return Errno.OK;
    }

    public override Errno Open(
        in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = new FuseOpenOut { Fh = node.Value };
        switch (node.Value)
        {
            case Broken:
                throw new InvalidOperationException("broken on purpose");
            case Direct or Stuck:
                open.OpenFlags = FuseOpenOutFlags.FOPEN_DIRECT_IO;
                break;
            case Passed when _connection!.BackingOpen(_backing, out _backingId) == Errno.OK:
                open.OpenFlags = FuseOpenOutFlags.FOPEN_PASSTHROUGH;
                open.BackingId = _backingId;
                break;
        }
        return Errno.OK;
    }

    public override Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        Interlocked.Increment(ref _reads);
        if (buffer.Length > LargestRead)
            Volatile.Write(ref _largestRead, buffer.Length);
        if (node.Value == Stuck)
        {
            Interlocked.Increment(ref _waiting);
            Gate.Wait();
        }
        ReadOnlySpan<byte> content = Content.AsSpan((int)Math.Min(offset, DataSize));
        read = Math.Min(content.Length, buffer.Length);
        content[..read].CopyTo(buffer);
        return Errno.OK;
    }

    public override Errno Release(in RequestContext context, NodeId node, FileHandle handle) =>
        node.Value == Passed && _backingId != 0 ? _connection!.BackingClose(_backingId) : Errno.OK;

    public override Errno Opendir(
        in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = new FuseOpenOut { Fh = node.Value };
        return Errno.OK;
    }

    public override Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        for (ulong next = Math.Max(offset, Data); next < (ulong)s_names.Length; next++)
        {
            if (!buffer.TryAdd(next, next + 1, Type(next), Encoding.UTF8.GetBytes(s_names[next])))
                break;
        }
        return Errno.OK;
    }

    public override Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        for (ulong next = Math.Max(offset, Data); next < (ulong)s_names.Length; next++)
        {
            FuseEntryOut entry = Entry(next);
            if (!buffer.TryAddPlus(in entry, next + 1, Type(next), Encoding.UTF8.GetBytes(s_names[next])))
                break;
        }
        return Errno.OK;
    }

    public override Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle) => Errno.OK;

    public override Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = new FuseStatfsOut { St = new FuseKstatfs { Blocks = 0x123456, Bsize = 4096, Frsize = 4096 } };
        return Errno.OK;
    }

    public override Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength)
    {
        outputLength = output.Length;
        output.Fill(0x2A);
        return command == Command ? Errno.OK : Errno.ENOTTY;
    }

    private static uint Type(ulong node) => node == Symlinked ? 10u : 8u;

    private FuseEntryOut Entry(ulong node) => new()
    {
        Nodeid = node,
        AttrValid = node == Growing ? 3600u : 0u,
        EntryValid = node == Growing ? 3600u : 0u,
        Attr = Attr(node),
    };

    private FuseAttr Attr(ulong node) => new()
    {
        Ino = node,
        Mode = node switch
        {
            Directory => FileMode.S_IFDIR | 0x1ED,
            Symlinked => FileMode.S_IFLNK | 0x1FF,
            _ => FileMode.S_IFREG | 0x1A4,
        },
        Nlink = 1,
        Uid = 4711,
        Gid = 4712,
        Mtime = 1_000_000_000,
        Mtimensec = 123_456_789,
        Size = node switch
        {
            Directory => 0,
            Symlinked => 4,
            Growing => GrowingSize,
            Passed => 6,
            _ => DataSize,
        },
    };
}
