using System.Text;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Tests.Harness;

/// <summary>Writes down what it was asked and answers sentinel values, or <see cref="Result"/>.</summary>
internal sealed class RecordingFileSystem : IFuseFileSystem
{
    public const ulong EntryNode = 0xE1E1;
    public const ulong OpenHandle = 0xF1F1;

    /// <summary>One line per call.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Who asked last.</summary>
    public RequestContext Context { get; private set; }

    /// <summary>What every call returns.</summary>
    public Errno Result { get; set; }

    /// <summary>Thrown by every call, if set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How many bytes calls that fill a buffer claim; null: all of it.</summary>
    public int? Claim { get; set; }

    /// <summary>Flags of opened files.</summary>
    public FuseOpenOutFlags OpenOutFlags { get; set; }

    /// <summary>What INIT handed over.</summary>
    public IFuseConnection? Connection { get; private set; }

    private static FuseEntryOut Entry => new()
    {
        Nodeid = EntryNode,
        Generation = 0x6E,
        Attr = new FuseAttr { Ino = 0x1A0, Mode = 0x81A4, Uid = 0x71D, Gid = 0x61D },
    };

    private FuseOpenOut OpenOut => new() { Fh = OpenHandle, OpenFlags = OpenOutFlags, BackingId = 0xBAC };

    public void Init(IFuseConnection connection)
    {
        Connection = connection;
        Log("Init");
    }

    public void Destroy() => Log("Destroy");

    public Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        entry = Entry;
        return Log(in context, $"Lookup {parent.Value:x} {Text(name)}");
    }

    public void Forget(NodeId node, ulong nlookup) => Log($"Forget {node.Value:x} {nlookup:x}");

    public Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = new FuseAttrOut { AttrValid = 0xA77, Attr = Entry.Attr };
        return Log(in context, $"Getattr {node.Value:x} {Text(handle)}");
    }

    public Errno Setattr(in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr)
    {
        attr = new FuseAttrOut { AttrValid = 0xA77, Attr = Entry.Attr };
        return Log(
            in context,
            $"Setattr {node.Value:x} mode={request.Mode:x} uid={request.Uid:x} gid={request.Gid:x} "
            + $"size={request.Size:x} atime={request.Atime?.Nanoseconds}{(request.Atime?.Now == true ? "now" : "")} "
            + $"mtime={request.Mtime?.Nanoseconds}{(request.Mtime?.Now == true ? "now" : "")} "
            + $"kill={request.KillSuidgid} {Text(request.Handle)}");
    }

    public Errno Statx(
        in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx)
    {
        statx = new FuseStatxOut { AttrValid = 0xA77, Stat = new FuseStatx { Ino = 0x1A0 } };
        return Log(in context, $"Statx {node.Value:x} {Text(handle)} flags={flags:x} mask={mask:x}");
    }

    public Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        "to/where"u8.CopyTo(target);
        length = Claim ?? 8;
        return Log(in context, $"Readlink {node.Value:x} room={target.Length}");
    }

    public Errno Symlink(in RequestContext context, NodeId parent, CString name, CString target, out FuseEntryOut entry)
    {
        entry = Entry;
        return Log(in context, $"Symlink {parent.Value:x} {Text(name)} {Text(target)}");
    }

    public Errno Mknod(
        in RequestContext context, NodeId parent, CString name, uint mode, uint rdev, uint umask,
        out FuseEntryOut entry)
    {
        entry = Entry;
        return Log(in context, $"Mknod {parent.Value:x} {Text(name)} mode={mode:x} rdev={rdev:x} umask={umask:x}");
    }

    public Errno Mkdir(
        in RequestContext context, NodeId parent, CString name, uint mode, uint umask, out FuseEntryOut entry)
    {
        entry = Entry;
        return Log(in context, $"Mkdir {parent.Value:x} {Text(name)} mode={mode:x} umask={umask:x}");
    }

    public Errno Unlink(in RequestContext context, NodeId parent, CString name) =>
        Log(in context, $"Unlink {parent.Value:x} {Text(name)}");

    public Errno Rmdir(in RequestContext context, NodeId parent, CString name) =>
        Log(in context, $"Rmdir {parent.Value:x} {Text(name)}");

    public Errno Rename(
        in RequestContext context, NodeId parent, CString name, NodeId newParent, CString newName, RenameFlags flags) =>
        Log(
            in context,
            $"Rename {parent.Value:x} {Text(name)} {newParent.Value:x} {Text(newName)} flags={(uint)flags:x}");

    public Errno Link(
        in RequestContext context, NodeId node, NodeId newParent, CString newName, out FuseEntryOut entry)
    {
        entry = Entry;
        return Log(in context, $"Link {node.Value:x} {newParent.Value:x} {Text(newName)}");
    }

    public Errno Open(in RequestContext context, NodeId node, OpenFlags flags, bool killSuidgid, out FuseOpenOut open)
    {
        open = OpenOut;
        return Log(in context, $"Open {node.Value:x} flags={flags.Value:x} kill={killSuidgid}");
    }

    public Errno Create(
        in RequestContext context, NodeId parent, CString name, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = Entry;
        open = OpenOut;
        return Log(in context, $"Create {parent.Value:x} {Text(name)} {Text(in request)}");
    }

    public Errno Tmpfile(
        in RequestContext context, NodeId parent, in CreateRequest request, out FuseEntryOut entry,
        out FuseOpenOut open)
    {
        entry = Entry;
        open = OpenOut;
        return Log(in context, $"Tmpfile {parent.Value:x} {Text(in request)}");
    }

    public Errno Read(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, Span<byte> buffer, out int read)
    {
        read = Claim ?? buffer.Length;
        if (buffer.Length < 4096)
            buffer.Fill(0xDA);
        return Log(in context, $"Read {node.Value:x} {Text(handle)} offset={offset:x} size={buffer.Length:x}");
    }

    public Errno Write(
        in RequestContext context, NodeId node, FileHandle handle, in WriteRequest request, ReadOnlySpan<byte> data,
        out int written)
    {
        written = data.Length;
        return Log(
            in context,
            $"Write {node.Value:x} {Text(handle)} {request} data={Text(data)}");
    }

    public Errno Flush(in RequestContext context, NodeId node, FileHandle handle, ulong lockOwner) =>
        Log(in context, $"Flush {node.Value:x} {Text(handle)} owner={lockOwner:x}");

    public Errno Release(in RequestContext context, NodeId node, FileHandle handle) =>
        Log(in context, $"Release {node.Value:x} {Text(handle)}");

    public Errno Fsync(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        Log(in context, $"Fsync {node.Value:x} {Text(handle)} data={dataOnly}");

    public Errno Opendir(in RequestContext context, NodeId node, OpenFlags flags, out FuseOpenOut open)
    {
        open = OpenOut;
        return Log(in context, $"Opendir {node.Value:x} flags={flags.Value:x}");
    }

    public Errno Readdir(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        _ = buffer.TryAdd(0x11, 1, 8, "file"u8);
        return Log(in context, $"Readdir {node.Value:x} {Text(handle)} offset={offset:x}");
    }

    public Errno Readdirplus(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ref DirectoryBuffer buffer)
    {
        FuseEntryOut entry = Entry;
        _ = buffer.TryAddPlus(in entry, 1, 4, "."u8);
        entry.Nodeid = 0;
        _ = buffer.TryAddPlus(in entry, 2, 8, "unknown"u8);
        entry.Nodeid = EntryNode + 1;
        _ = buffer.TryAddPlus(in entry, 3, 8, "one"u8);
        entry.Nodeid = EntryNode + 2;
        _ = buffer.TryAddPlus(in entry, 4, 8, "another"u8);
        return Log(in context, $"Readdirplus {node.Value:x} {Text(handle)} offset={offset:x}");
    }

    public Errno Releasedir(in RequestContext context, NodeId node, FileHandle handle) =>
        Log(in context, $"Releasedir {node.Value:x} {Text(handle)}");

    public Errno Fsyncdir(in RequestContext context, NodeId node, FileHandle handle, bool dataOnly) =>
        Log(in context, $"Fsyncdir {node.Value:x} {Text(handle)} data={dataOnly}");

    public Errno Syncfs(in RequestContext context, NodeId node) => Log(in context, $"Syncfs {node.Value:x}");

    public Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = new FuseStatfsOut { St = new FuseKstatfs { Blocks = 0xB10C, Namelen = 255 } };
        return Log(in context, $"Statfs {node.Value:x}");
    }

    public Errno Access(in RequestContext context, NodeId node, uint mask) =>
        Log(in context, $"Access {node.Value:x} mask={mask:x}");

    public Errno Getxattr(in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = Claim ?? (value.IsEmpty ? 0x5A : value.Length);
        return Log(in context, $"Getxattr {node.Value:x} {Text(name)} room={value.Length:x}");
    }

    public Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid) =>
        Log(
            in context,
            $"Setxattr {node.Value:x} {Text(name)} value={Text(value)} flags={flags:x} kill={killSgid}");

    public Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = Claim ?? (names.IsEmpty ? 0x5A : names.Length);
        return Log(in context, $"Listxattr {node.Value:x} room={names.Length:x}");
    }

    public Errno Removexattr(in RequestContext context, NodeId node, CString name) =>
        Log(in context, $"Removexattr {node.Value:x} {Text(name)}");

    public Errno Fallocate(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, ulong length, int mode) =>
        Log(in context, $"Fallocate {node.Value:x} {Text(handle)} offset={offset:x} length={length:x} mode={mode:x}");

    public Errno Lseek(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, uint whence, out ulong result)
    {
        result = 0x5EE4;
        return Log(in context, $"Lseek {node.Value:x} {Text(handle)} offset={offset:x} whence={whence:x}");
    }

    public Errno CopyFileRange(
        in RequestContext context, NodeId node, FileHandle handle, ulong offset, NodeId nodeOut,
        FileHandle handleOut, ulong offsetOut, ulong length, out ulong copied)
    {
        copied = length;
        return Log(
            in context,
            $"CopyFileRange {node.Value:x} {Text(handle)} offset={offset:x} "
            + $"{nodeOut.Value:x} {Text(handleOut)} offset={offsetOut:x} length={length:x}");
    }

    public Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength)
    {
        output.Fill(0x1C);
        outputLength = Claim ?? output.Length;
        return Log(
            in context,
            $"Ioctl {node.Value:x} {Text(handle)} cmd={command:x} in={Text(input)} out={output.Length:x}");
    }

    private Errno Log(in RequestContext context, string call)
    {
        Context = context;
        Log(call);
        return Result;
    }

    private void Log(string call)
    {
        Calls.Add(call);
        if (Failure is not null)
            throw Failure;
    }

    private static string Text(CString text) => Text(text.Bytes);

    private static string Text(ReadOnlySpan<byte> bytes) => $"'{Encoding.Latin1.GetString(bytes)}'";

    private static string Text(FileHandle? handle) => handle is { } value ? $"fh={value.Value:x}" : "no fh";

    private static string Text(in CreateRequest request) =>
        $"flags={request.Flags.Value:x} mode={request.Mode:x} umask={request.Umask:x} kill={request.KillSuidgid}";
}
