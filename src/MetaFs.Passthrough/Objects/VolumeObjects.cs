// Which plain files of a volume stand for something else (row 5 of the request's way).
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Objects;

/// <summary>Tells a volume's placeholders from its plain files.</summary>
/// <remarks>
/// The record is the authority: it says type, target and device number, and where it says "plain file" no content makes
/// anything else of it. Without a record a symbolic link's placeholder is taken for what it says, where the share can hold no
/// links; a device's never is, or whoever can write to the share could make devices.
/// </remarks>
internal sealed class VolumeObjects
{
    private const int MostRemembered = 8192;

    private readonly IOverlayStore _store;
    private readonly ShareVolume _volume;
    private readonly ObjectPolicy _policy;
    private readonly long _since = Libc.RealtimeNanoseconds();

    // What a file's content was last read to mean, by inode number; emptied when full. Guarded by itself.
    private readonly Dictionary<ulong, Sighting> _seen = [];

    // ObjectKinds that this share refused since it was mounted; a late view costs one more try.
    private volatile int _refused;

    public VolumeObjects(IOverlayStore store, ShareVolume volume, ObjectPolicy policy)
    {
        _store = store;
        _volume = volume;
        _policy = policy;
    }

    // The inode's times when its content was read, and what it then stood for; null: a plain file.
    private readonly record struct Sighting(long Mtime, long Ctime, EmulatedObject? Item);

    /// <summary>Whether the volume may have placeholders, so that a listing's types must be looked at.</summary>
    public bool MayHold => _volume.Placeholders != ObjectKinds.None || Adopts;

    /// <summary>Whether symbolic links without a record are believed.</summary>
    private bool Adopts => _policy switch
    {
        ObjectPolicy.Share => false,
        ObjectPolicy.Emulate => true,
        _ => _volume.Facts.LacksSymlinks || _volume.Placeholders.HasFlag(ObjectKinds.Symlink),
    };

    /// <summary>Whether the share is asked before a placeholder is made.</summary>
    public bool IsTried(ObjectKinds kind) =>
        _policy != ObjectPolicy.Emulate && ((ObjectKinds)_refused & kind) == ObjectKinds.None;

    /// <summary>Whether an answer of the share means that it cannot hold this, so that a placeholder may try.</summary>
    /// <remarks>EIO is what exfat-fuse answers. If the share is broken, the placeholder cannot be made either.</remarks>
    public bool IsReplaced(Errno errno) => _policy == ObjectPolicy.Auto
        && (errno is Errno.EPERM or Errno.EACCES or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EINVAL
            || (errno == Errno.EIO && !_volume.Facts.IsLocal));

    /// <summary>A placeholder was made where the share refused the object: only that proves what the refusal meant.</summary>
    /// <param name="kind">What it stands for.</param>
    /// <param name="isRefused">Whether the share holds no other of the kind either.</param>
    public void Learn(ObjectKinds kind, bool isRefused)
    {
        if (isRefused)
            Interlocked.Or(ref _refused, (int)kind);
        _volume.LearnPlaceholder(kind);
    }

    /// <summary>Shows what stands behind a name, if it is a placeholder.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="stat">What the share shows; a plain file of a placeholder's size.</param>
    /// <param name="expected">The node that it should be; null: not known.</param>
    public void Show(in PlaceholderFile file, ref Statx stat, Node? expected)
    {
        if (stat.Dev != _volume.Dev || expected?.Guard.FileType == FileMode.S_IFREG)
            return;
        EmulatedObject? item = expected?.Record?.Object is { } known
            ? Fits(known, file, stat) ? known : null
            : Recognise(file, stat);
        if (item is null)
            return;
        if (expected is not null)
            expected.IsPlaceholder = true;
        stat = Placeholder.Show(item, stat);
    }

    /// <summary>Shows what a node is, through a descriptor that is known to be of it.</summary>
    public void ShowHeld(Node node, SafeFd fd, ref Statx stat)
    {
        EmulatedObject? item = node.Record?.Object;
        if (item is null && node.Guard.FileType == FileMode.S_IFLNK && Placeholder.MayBeSymlink(stat))
            item = Adopt(new PlaceholderFile(node, fd, CString.Empty, isOpen: true), stat);
        if (item is null)
            return;
        node.IsPlaceholder = true;
        stat = Placeholder.Show(item, stat);
    }

    /// <summary>Where a symbolic link leads whose placeholder is open.</summary>
    /// <returns>Null: it is no link any more.</returns>
    public byte[]? TargetOf(Node node, SafeFd fd)
    {
        if (node.Record?.Object is { } item)
            return item.Target;
        return Libc.Fstatx(fd, ShareVolume.Mask, out Statx stat) == Errno.OK && Placeholder.MayBeSymlink(stat)
            ? Adopt(new PlaceholderFile(node, fd, CString.Empty, isOpen: true), stat)?.Target
            : null;
    }

    private EmulatedObject? Recognise(in PlaceholderFile file, in Statx stat)
    {
        InodeRecord? record = null;
        if (!_store.IsEmpty)
        {
            var key = new InodeKey(_volume.Id, file.NumberIn(_store, _volume, stat));
            if (_store.Get(key, out record) is not (OverlayStatus.Ok or OverlayStatus.NotFound))
                return null;
        }

        if (record is not null && IsOf(record, file, stat))
        {
            if (record.Object is { } item)
                return Fits(item, file, stat) ? item : null;
            if (record.Guard.FileType == FileMode.S_IFREG)
                return null;
        }

        return Adopts && Placeholder.MayBeSymlink(stat) ? Adopt(file, stat) : null;
    }

    // As when the node's record is loaded, but for the type, which is what is being asked.
    private bool IsOf(InodeRecord record, in PlaceholderFile file, in Statx stat)
    {
        InodeGuard guard = _volume.GuardOf(stat) with { FileType = record.Guard.FileType };
        return guard.Matches(record.Guard)
            && (_volume.KeepsNumbers || (record.SetAt >= _since && file.IsAt(record.Hint)));
    }

    // Another host may have written to it. That it cannot be read proves nothing against it.
    private bool Fits(EmulatedObject item, in PlaceholderFile file, in Statx stat)
    {
        if (stat.Size != (ulong)Placeholder.SizeOf(item))
            return false;

        // Numbers that move may bring another placeholder of the same age.
        bool isKnown = _volume.Facts.StableInodes;
        if (_volume.KeepsNumbers && stat.MtimeNs == item.Mtime)
            return true;
        if (isKnown && TryRecall(stat, out EmulatedObject? seen))
            return ReferenceEquals(seen, item) || (seen is not null && IsSame(seen, item));
        Span<byte> content = stackalloc byte[Placeholder.LargestSize + 1];
        if (file.Read(content, out int length) != Errno.OK)
            return true;
        bool holds = Placeholder.Holds(content[..length], item);
        Remember(stat, holds ? item : null);
        return holds;
    }

    private EmulatedObject? Adopt(in PlaceholderFile file, in Statx stat)
    {
        if (_volume.Facts.StableInodes && TryRecall(stat, out EmulatedObject? seen))
            return seen?.Target is null ? null : seen;
        Span<byte> content = stackalloc byte[Placeholder.LargestSize + 1];
        if (file.Read(content, out int length) != Errno.OK)
            return null;
        EmulatedObject? item = SymlinkPlaceholder.TryRead(content[..length], out ReadOnlySpan<byte> target)
            ? new EmulatedObject(FileMode.S_IFLNK, 0, target.ToArray(), stat.MtimeNs)
            : null;
        Remember(stat, item);
        return item;
    }

    // ctime too: no call can set it back, so an inode of the same number and age is the same.
    private bool TryRecall(in Statx stat, out EmulatedObject? item)
    {
        lock (_seen)
        {
            bool found = _seen.TryGetValue(stat.Ino, out Sighting seen)
                && seen.Mtime == stat.MtimeNs && seen.Ctime == stat.CtimeNs;
            item = found ? seen.Item : null;
            return found;
        }
    }

    private void Remember(in Statx stat, EmulatedObject? item)
    {
        lock (_seen)
        {
            if (_seen.Count >= MostRemembered)
                _seen.Clear();
            _seen[stat.Ino] = new Sighting(stat.MtimeNs, stat.CtimeNs, item);
        }
    }

    private static bool IsSame(EmulatedObject one, EmulatedObject other) =>
        one.Type == other.Type && one.Rdev == other.Rdev && one.Target.AsSpan().SequenceEqual(other.Target);
}
