// A directory, passed on call by call, with the faults in between. The partials: NewFiles, Remove, Rename, Setattr,
// Files, Directories, Xattrs, Case.
using System.Collections.Concurrent;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

/// <summary>The share.</summary>
internal sealed partial class SimFileSystem : FuseFileSystemBase
{
    private const StatxMask Looks = StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME;

    private readonly FaultTable _faults;
    private readonly CallGate _gate;
    private readonly NodeTable _nodes;
    private readonly ShownAttributes _shown;
    private readonly ConcurrentDictionary<ulong, OpenFile> _files = new();
    private readonly bool _isRoot = Libc.Geteuid() == 0;
    private long _lastHandle;
    private int _lastSilly;

    /// <param name="root">O_PATH descriptor of the backing directory; the file system's from now on.</param>
    /// <param name="stat">What it looks like.</param>
    /// <param name="faults">What goes wrong; may change at any time.</param>
    /// <param name="gate">Where calls are counted.</param>
    public SimFileSystem(SafeFd root, in Statx stat, FaultTable faults, CallGate gate)
    {
        _faults = faults;
        _gate = gate;
        _nodes = new NodeTable(root, stat);
        Numbers = new InodeNumbers(_nodes);
        _shown = new ShownAttributes(faults, Numbers);
    }

    /// <summary>The inode numbers, where they are its own.</summary>
    public InodeNumbers Numbers { get; }

    /// <summary>
    /// Neither FUSE_ATOMIC_O_TRUNC nor FUSE_HANDLE_KILLPRIV: truncation and the loss of suid come as SETATTR, so that
    /// faults of truncate and chmod concern them. No READDIRPLUS: each name is looked up by LOOKUP.
    /// </summary>
    public static FuseInitFlags Features =>
        FuseInitFlags.FUSE_ASYNC_READ | FuseInitFlags.FUSE_BIG_WRITES | FuseInitFlags.FUSE_AUTO_INVAL_DATA
        | FuseInitFlags.FUSE_ASYNC_DIO | FuseInitFlags.FUSE_PARALLEL_DIROPS | FuseInitFlags.FUSE_MAX_PAGES
        | FuseInitFlags.FUSE_INIT_EXT | FuseInitFlags.FUSE_ABORT_ERROR;

    private sealed record OpenFile(SimNode Node, SafeFd Fd)
    {
        public volatile bool Wrote;
    }

    private SafeFd FdOf(FileHandle handle) => _files[handle.Value].Fd;

    private FileHandle Keep(SimNode node, SafeFd fd)
    {
        ulong handle = (ulong)Interlocked.Increment(ref _lastHandle);
        _files[handle] = new OpenFile(node, fd);
        return new FileHandle(handle);
    }

    /// <inheritdoc/>
    public override Errno Lookup(in RequestContext context, NodeId parent, CString name, out FuseEntryOut entry)
    {
        entry = default;
        SimNode directory = _nodes.Get(parent);
        PassedCall call = _gate.Enter(Call.Lookup, directory.PathOf(name));
        if (call.IsRefused)
            return call.Refuse();
        CString actual = Actual(directory, name);
        return call.Answer(_nodes.IsHidden(directory, actual) ? Errno.ENOENT : Entry(directory, actual, out entry));
    }

    /// <inheritdoc/>
    public override void Forget(NodeId node, ulong nlookup)
    {
        SimNode? gone = _nodes.Forget(node, nlookup);
        if (gone is not null && _shown.Source == InodeSource.Forget)
            Numbers.Ended(gone.Key with { Path = "" });
    }

    /// <inheritdoc/>
    public override Errno Getattr(in RequestContext context, NodeId node, FileHandle? handle, out FuseAttrOut attr)
    {
        attr = default;
        Errno errno = Look(node, out Statx stat);
        if (errno == Errno.OK)
            attr = AttrOf(_nodes.Get(node), stat);
        return errno;
    }

    /// <inheritdoc/>
    public override Errno Statx(
        in RequestContext context, NodeId node, FileHandle? handle, uint flags, uint mask, out FuseStatxOut statx)
    {
        statx = default;
        Errno errno = Look(node, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        Timespec valid = _shown.ValidFor(_nodes.Get(node).Path);
        statx.Stat = ShownAttributes.ToFuseStatx(stat);
        (statx.AttrValid, statx.AttrValidNsec) = ((ulong)valid.Sec, (uint)valid.Nsec);
        return errno;
    }

    /// <inheritdoc/>
    public override Errno Readlink(in RequestContext context, NodeId node, Span<byte> target, out int length)
    {
        length = 0;
        SimNode link = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Readlink, link.Path);
        return call.IsRefused
            ? call.Refuse()
            : call.Answer(Libc.Readlinkat(link.Fd, CString.Empty, target, out length));
    }

    /// <inheritdoc/>
    public override Errno Statfs(in RequestContext context, NodeId node, out FuseStatfsOut statfs)
    {
        statfs = default;
        SimNode file = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Statfs, file.Path);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = Libc.Fstatfs(file.Fd, out Statfs backing);
        statfs.St = new FuseKstatfs
        {
            Blocks = backing.Blocks,
            Bfree = backing.Bfree,
            Bavail = backing.Bavail,
            Files = backing.Files,
            Ffree = backing.Ffree,
            Bsize = (uint)backing.Bsize,
            Namelen = (uint)backing.Namelen,
            Frsize = (uint)backing.Frsize,
        };
        return call.Answer(errno);
    }

    private Errno Look(NodeId id, out Statx stat)
    {
        SimNode node = _nodes.Get(id);
        stat = default;
        PassedCall call = _gate.Enter(Call.Getattr, node.Path);
        if (call.IsRefused)
            return call.Refuse();
        Errno errno = Libc.Fstatx(node.Fd, Looks, out stat);
        if (errno == Errno.OK)
            stat = _shown.Of(node, stat);
        return call.Answer(errno);
    }

    private FuseAttrOut AttrOf(SimNode node, in Statx shown)
    {
        Timespec valid = _shown.ValidFor(node.Path);
        return new FuseAttrOut
        {
            AttrValid = (ulong)valid.Sec,
            AttrValidNsec = (uint)valid.Nsec,
            Attr = ShownAttributes.ToFuseAttr(shown),
        };
    }

    // The node of a name, counted as a lookup.
    private Errno Entry(SimNode directory, CString name, out FuseEntryOut entry)
    {
        entry = default;
        Errno errno = Libc.Openat(
            directory.Fd, name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd fd);
        return errno == Errno.OK ? Entry(directory, name, fd, out entry, out _) : errno;
    }

    private Errno Entry(SimNode directory, CString name, SafeFd fd, out FuseEntryOut entry, out SimNode? node)
    {
        entry = default;
        node = null;
        Errno errno = Libc.Fstatx(fd, Looks, out Statx stat);
        if (errno != Errno.OK)
        {
            fd.Dispose();
            return errno;
        }

        node = _nodes.Enter(_shown.KeyOf(stat, directory.PathOf(name)), fd, directory, name);
        FuseAttrOut attr = AttrOf(node, _shown.Of(node, stat));
        entry = new FuseEntryOut
        {
            Nodeid = node.Id,
            Attr = attr.Attr,
            AttrValid = attr.AttrValid,
            AttrValidNsec = attr.AttrValidNsec,
            EntryValid = attr.AttrValid,
            EntryValidNsec = attr.AttrValidNsec,
        };
        return Errno.OK;
    }
}
