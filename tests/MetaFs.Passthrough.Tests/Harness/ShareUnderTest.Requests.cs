// Requests that are expected to succeed, with their usual arguments.
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using static MetaFs.Passthrough.Tests.Harness.Octal;

namespace MetaFs.Passthrough.Tests.Harness;

internal sealed partial class ShareUnderTest
{
    private static readonly OpenFlags s_create = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL;

    public FuseEntryOut Lookup(ReadOnlySpan<byte> name, NodeId? parent = null)
    {
        Errno errno = Fs.Lookup(Daemon, parent ?? NodeId.Root, Names.Z(name), out FuseEntryOut entry);
        Assert.Equal(Errno.OK, errno);
        return Counted(entry);
    }

    public FuseEntryOut Lookup(string name, NodeId? parent = null) =>
        Lookup(System.Text.Encoding.UTF8.GetBytes(name), parent);

    public Errno TryLookup(string name, NodeId? parent = null)
    {
        Errno errno = Fs.Lookup(Daemon, parent ?? NodeId.Root, Names.Z(name), out FuseEntryOut entry);
        if (errno == Errno.OK)
            Counted(entry);
        return errno;
    }

    public NodeId NodeOf(string name, NodeId? parent = null) => new(Lookup(name, parent).Nodeid);

    /// <summary>Makes and opens a file.</summary>
    public (NodeId Node, FileHandle Handle) Open(
        string name, uint? mode = null, RequestContext? context = null, NodeId? parent = null)
    {
        Errno errno = TryCreate(name, mode, context, parent, out FuseEntryOut entry, out FuseOpenOut open);
        Assert.Equal(Errno.OK, errno);
        return (new NodeId(Counted(entry).Nodeid), new FileHandle(open.Fh));
    }

    public Errno TryCreate(
        string name, uint? mode, RequestContext? context, NodeId? parent, out FuseEntryOut entry, out FuseOpenOut open)
    {
        var request = new CreateRequest(s_create, FileMode.S_IFREG | (mode ?? Oct(644)), 0, false);
        return Fs.Create(context ?? Daemon, parent ?? NodeId.Root, Names.Z(name), request, out entry, out open);
    }

    public Errno TryCreate(string name, RequestContext? context = null)
    {
        Errno errno = TryCreate(name, null, context, null, out FuseEntryOut entry, out FuseOpenOut open);
        if (errno == Errno.OK)
        {
            Counted(entry);
            Release(new NodeId(entry.Nodeid), new FileHandle(open.Fh));
        }

        return errno;
    }

    /// <summary>Makes a file.</summary>
    public NodeId Create(string name, uint? mode = null, RequestContext? context = null, NodeId? parent = null)
    {
        (NodeId node, FileHandle handle) = Open(name, mode, context, parent);
        Release(node, handle);
        return node;
    }

    public NodeId Mkdir(string name, uint? mode = null, RequestContext? context = null, NodeId? parent = null)
    {
        Errno errno = Fs.Mkdir(
            context ?? Daemon, parent ?? NodeId.Root, Names.Z(name), mode ?? Oct(755), 0, out FuseEntryOut entry);
        Assert.Equal(Errno.OK, errno);
        return new NodeId(Counted(entry).Nodeid);
    }

    public FileHandle Reopen(NodeId node, OpenFlags flags)
    {
        Assert.Equal(Errno.OK, Fs.Open(Daemon, node, flags, false, out FuseOpenOut open));
        return new FileHandle(open.Fh);
    }

    public void Release(NodeId node, FileHandle handle) =>
        Assert.Equal(Errno.OK, Fs.Release(Daemon, node, handle));

    public Errno TryGetattr(NodeId node) => Fs.Getattr(Daemon, node, null, out _);

    public FuseAttr Getattr(NodeId node, FileHandle? handle = null)
    {
        Assert.Equal(Errno.OK, Fs.Getattr(Daemon, node, handle, out FuseAttrOut attr));
        return attr.Attr;
    }

    public Errno TrySetattr(NodeId node, SetattrRequest request) => Fs.Setattr(Daemon, node, request, out _);

    public FuseAttr Setattr(NodeId node, SetattrRequest request)
    {
        Assert.Equal(Errno.OK, Fs.Setattr(Daemon, node, request, out FuseAttrOut attr));
        return attr.Attr;
    }

    public FuseAttr Chown(NodeId node, uint? uid, uint? gid) =>
        Setattr(node, new SetattrRequest { Uid = uid, Gid = gid });

    public FuseAttr Chmod(NodeId node, uint mode) => Setattr(node, new SetattrRequest { Mode = mode });

    public FuseAttr Utimens(NodeId node, long? atime, long? mtime) =>
        Setattr(node, new SetattrRequest { Atime = At(atime), Mtime = At(mtime) });

    public void Write(NodeId node, FileHandle handle, ulong offset, ReadOnlySpan<byte> data, bool kill = false)
    {
        Assert.Equal(Errno.OK, Fs.Write(Daemon, node, handle, new WriteRequest(offset, false, kill), data, out int written));
        Assert.Equal(data.Length, written);
    }

    public byte[] Read(NodeId node, FileHandle handle, int length = 4096, ulong offset = 0)
    {
        byte[] buffer = new byte[length];
        Assert.Equal(Errno.OK, Fs.Read(Daemon, node, handle, offset, buffer, out int read));
        return buffer[..read];
    }

    public void Unlink(string name, NodeId? parent = null) =>
        Assert.Equal(Errno.OK, Fs.Unlink(Daemon, parent ?? NodeId.Root, Names.Z(name)));

    public void Rmdir(string name, NodeId? parent = null) =>
        Assert.Equal(Errno.OK, Fs.Rmdir(Daemon, parent ?? NodeId.Root, Names.Z(name)));

    public void Rename(string from, string to, RenameFlags flags = 0) => Assert.Equal(
        Errno.OK, Fs.Rename(Daemon, NodeId.Root, Names.Z(from), NodeId.Root, Names.Z(to), flags));

    public void Rename(NodeId fromDirectory, string from, NodeId toDirectory, string to) => Assert.Equal(
        Errno.OK, Fs.Rename(Daemon, fromDirectory, Names.Z(from), toDirectory, Names.Z(to), 0));

    public FuseEntryOut Link(NodeId node, string name, NodeId? parent = null)
    {
        Errno errno = Fs.Link(Daemon, node, parent ?? NodeId.Root, Names.Z(name), out FuseEntryOut entry);
        Assert.Equal(Errno.OK, errno);
        return Counted(entry);
    }

    public static TimeRequest? At(long? nanoseconds) =>
        nanoseconds is { } value ? new TimeRequest(value, Now: false) : null;

    /// <summary>ns since the epoch.</summary>
    public static long Nanoseconds(ulong seconds, uint rest) => ((long)seconds * 1_000_000_000) + rest;

    public static long MtimeOf(in FuseAttr attr) => Nanoseconds(attr.Mtime, attr.Mtimensec);

    public static long AtimeOf(in FuseAttr attr) => Nanoseconds(attr.Atime, attr.Atimensec);

    public static long CtimeOf(in FuseAttr attr) => Nanoseconds(attr.Ctime, attr.Ctimensec);
}
