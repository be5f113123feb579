using System.Reflection;
using System.Text;
using System.Text.Json;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Control;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    /// <inheritdoc/>
    public Errno Ioctl(
        in RequestContext context, NodeId node, FileHandle handle, uint command, ReadOnlySpan<byte> input,
        Span<byte> output, out int outputLength)
    {
        outputLength = 0;
        switch (command)
        {
            case ControlProtocol.Info:
                outputLength = ControlProtocol.Write(Describe(), output, ControlJson.Default.ControlInfo);
                break;
            case ControlProtocol.Show:
                int end = input.IndexOf((byte)0);
                if (end < 0)
                    return Errno.EINVAL;
                Errno errno = Show(context, node, CString.FromTerminated(input[..(end + 1)]), out ControlShow? show);
                if (errno != Errno.OK)
                    return errno;
                outputLength = ControlProtocol.Write(show!, output, ControlJson.Default.ControlShow);
                break;
            case ControlProtocol.Stats:
                return Stats(input, output, out outputLength);
            case ControlProtocol.Retire:
                return Retire(context, input, output, out outputLength);
            default:
                return Errno.ENOTTY;
        }

        return outputLength > 0 ? Errno.OK : Errno.EOVERFLOW;
    }

    private ControlInfo Describe() => new(
        typeof(PassthroughFileSystem).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "",
        Environment.ProcessId, _options.Source, _options.MountPoint, _options.Database, _share.Mount.Type,
        _share.StableInodes, _passThrough, _root.Value,
        new Dictionary<string, long>
        {
            ["nodes"] = _nodes.Count,
            ["openFiles"] = _files.Count,
            ["openDirectories"] = _openDirectories.Count,
            ["directoryFds"] = _directories.Count,
        });

    private Errno Show(in RequestContext context, NodeId id, CString name, out ControlShow? show)
    {
        show = null;
        if (!_nodes.TryGet(id, out Node? directory))
            return Errno.ESTALE;
        if (name.Length == 0)
        {
            Errno found = StatNode(directory, out Statx own);
            if (found == Errno.OK)
                show = Show(directory, own);
            return found;
        }

        // "." and ".." would lead past the node that was asked, and a slash past the directory.
        if (name.Bytes.Contains((byte)'/') || name.Bytes.SequenceEqual("."u8) || name.Bytes.SequenceEqual(".."u8))
            return Errno.EINVAL;
        Errno errno = MaySearch(context, directory);
        if (errno != Errno.OK)
            return errno;
        errno = _directories.Lease(directory, out DirectoryLease lease);
        using (lease)
        {
            if (errno == Errno.OK)
                errno = ShareView.Named(directory, lease.Fd, name, out Statx stat) is var looked && looked == Errno.OK
                    ? ShowNamed(directory, lease.Fd, name, stat, out show)
                    : looked;
            return errno;
        }
    }

    // Counted as a lookup while it is looked at, so that the node cannot go away underneath.
    private Errno ShowNamed(Node directory, SafeFd fd, CString name, in Statx stat, out ControlShow? show)
    {
        show = null;
        Statx own = stat;
        Errno errno = LookupNode(directory, fd, name, ref own, out Node node);
        if (errno != Errno.OK)
            return errno;

        // Of an inode that nobody knew, only a second look knows what the share has in its place.
        if (StatNode(node, out Statx again) == Errno.OK)
            own = again;
        show = Show(node, own);
        LetGo(node);
        return Errno.OK;
    }

    private ControlShow Show(Node node, Statx stat)
    {
        // The record as it stands in the database, before this look settles it.
        InodeRecord? record = node.Record;
        TimeVerdict? times = record?.Witness is { } witness ? Judge(node, witness, stat) : null;
        bool? guardHolds = record is null ? null : node.Volume.GuardOf(stat).Matches(record.Guard);
        EffectiveAttributes effective = Effective(node, ref stat);
        ulong ino = node.Volume.ShownIno(node.Ino);
        uint links = WithoutHidden(node, stat).Nlink;
        var shown = new ControlAttributes(
            TypeName(effective.Mode), effective.Mode & ModeBits.All, effective.Uid, effective.Gid, stat.Size, ino, links,
            effective.Atime, effective.Mtime, effective.Ctime, stat.HasBtime ? stat.BtimeNs : null);
        var share = new ControlAttributes(
            node.IsPlaceholder ? TypeName(FileMode.S_IFREG) : TypeName(stat.Mode), stat.Mode & ModeBits.All,
            stat.Uid, stat.Gid, SizeOnShare(node, stat), node.Volume.IsByName ? node.ShareIno : stat.Ino,
            stat.Nlink,
            stat.AtimeNs, stat.MtimeNs, stat.CtimeNs, stat.HasBtime ? stat.BtimeNs : null);
        _ = OverlaidNames(node, out IReadOnlyList<OverlaidXattr> xattrs);
        return new ControlShow(
            shown, share, FieldsOf(record, stat, times != TimeVerdict.Void), record?.SetAt, GuardName(record?.Guard.Kind),
            record is not null)
        {
            SetBy = record?.SetBy,
            GuardHolds = guardHolds,
            Witness = WitnessOf(record, times),
            Xattrs = XattrsOf(xattrs),
            XattrCount = xattrs.Count,
        };
    }

    // An answer has 8 KiB, and each byte of a name takes up to six there.
    private static List<ControlXattr> XattrsOf(IReadOnlyList<OverlaidXattr> xattrs)
    {
        const int room = 4096;
        const int perXattr = 60;
        var shown = new List<ControlXattr>();
        int used = 0;
        for (int i = 0; i < xattrs.Count && used < room; i++)
        {
            string name = Encoding.UTF8.GetString(xattrs[i].Name);
            used += JsonEncodedText.Encode(name).EncodedUtf8Bytes.Length + perXattr;
            if (used < room)
                shown.Add(new ControlXattr(name, xattrs[i].Size, xattrs[i].IsHidden));
        }

        return shown;
    }

    private static ControlWitness? WitnessOf(InodeRecord? record, TimeVerdict? verdict) =>
        record?.Witness is { } witness
            ? new ControlWitness(witness.Mtime, witness.Size, witness.TakenAt, verdict switch
            {
                TimeVerdict.Void => "void",
                TimeVerdict.LateStamp => "late stamp",
                _ => "holds",
            })
            : null;

    private static ulong SizeOnShare(Node node, in Statx stat)
    {
        if (!node.IsPlaceholder)
            return stat.Size;
        return FileMode.IsSymlink(stat.Mode) ? (ulong)SymlinkPlaceholder.Size : SpecialPlaceholder.Size;
    }

    private static List<ControlField> FieldsOf(InodeRecord? record, in Statx share, bool timesValid)
    {
        var fields = new List<ControlField>();
        if (record is null)
            return fields;
        const string otherMode = "the share shows another mode than was set there";
        string? why = timesValid ? null : "the share's data changed after it was recorded";
        if (record.Uid is { } uid)
            fields.Add(Field(record, "uid", uid.Value, uid.Reason, null));
        if (record.Gid is { } gid)
            fields.Add(Field(record, "gid", gid.Value, gid.Reason, null));
        if (record.Mode is { } mode)
            fields.Add(Field(record, "mode", mode.Value, mode.Reason, KeptMode.Of(record, share) is null ? otherMode : null));
        if (record.Atime is { } atime)
            fields.Add(Field(record, "atime", atime.Nanoseconds, atime.Reason, why));
        if (record.Mtime is { } mtime)
            fields.Add(Field(record, "mtime", mtime.Nanoseconds, mtime.Reason, why));
        return fields;
    }

    private static ControlField Field(InodeRecord record, string name, long value, Reason reason, string? why)
    {
        string? errno = reason.Kind == ReasonKind.Refused ? ((Errno)reason.Errno).ToString() : null;
        Origin origin = record.OriginOf(reason);
        return new ControlField(name, value, ReasonName(reason.Kind), errno, why is null, why)
        {
            SetAtNs = origin.SetAt,
            SetBy = origin.SetBy,
        };
    }

    internal static string ReasonName(ReasonKind kind) => kind switch
    {
        ReasonKind.Refused => "refused",
        ReasonKind.Ignored => "ignored",
        ReasonKind.Rounded => "rounded",
        ReasonKind.Created => "created",
        ReasonKind.Option => "option",
        ReasonKind.Kept => "kept",
        _ => "unknown",
    };

    private static string? GuardName(GuardKind? kind) => kind switch
    {
        null => null,
        GuardKind.BirthTime => "birth time",
        GuardKind.FileHandle => "file handle",
        _ => "type only",
    };

    private static string TypeName(uint mode) => (mode & FileMode.S_IFMT) switch
    {
        FileMode.S_IFDIR => "directory",
        FileMode.S_IFLNK => "symlink",
        FileMode.S_IFIFO => "fifo",
        FileMode.S_IFSOCK => "socket",
        FileMode.S_IFCHR => "char",
        FileMode.S_IFBLK => "block",
        _ => "file",
    };
}
