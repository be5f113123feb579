// What a daemon that died in the middle of a removal left open.
using System.Text;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Hiding;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Before the first request below a volume's root: no file can have got a free inode number through this mount yet.
    // Names first, since they are the ways to all else; and a file that gets its name back was not removed.
    private void Recover(ShareVolume volume, SafeFd top)
    {
        if (volume.IsByName)
            FinishMoves(volume, top);
        foreach (PendingMove move in volume.Unsettled ?? [])
            PassthroughLog.MoveUnsettled(_log, TextOfPath(move.FromPath), TextOfPath(move.ToPath));
        GiveBackReplaced(volume, top);
        FinishRemovals(volume, top);
    }

    private static string TextOfPath(byte[]? path) => path is null ? "?" : Encoding.UTF8.GetString(path);

    private void FinishRemovals(ShareVolume volume, SafeFd top)
    {
        IReadOnlyList<PendingReplacement> replacements = _store.PendingReplacements(volume.Id);
        foreach (PendingRemoval pending in _store.PendingRemovals(volume.Id))
        {
            // Its name is nobody's while it waits in the hidden directory to have it back.
            if (replacements.Any(file => file.Path.Length > 0 && HiddenDirectory.IsOf(pending.Key.Ino, file.Hidden)))
                continue;
            bool isTold = pending.Names.Count > 0
                ? FinishNamedRemoval(top, pending)
                : FinishRemoval(top, pending, volume.IsByName);
            if (isTold)
                _store.EndRemoval(pending.Key);
        }
    }

    // False: a share that cannot be seen tells nothing of its files, and the note waits for the next mount.
    private bool FinishRemoval(SafeFd top, PendingRemoval pending, bool byName)
    {
        Errno errno = Find(top, pending, pending.Path, byName);
        if (errno == Errno.ENOENT)
            Forgotten(_store.Remove(pending.Key));
        return errno is Errno.OK or Errno.ENOENT;
    }

    // A share that counts one link whatever there is had each of the names noted as the last one: the record goes with
    // the last of those that are kept.
    private bool FinishNamedRemoval(SafeFd top, PendingRemoval pending)
    {
        List<NameChange> gone = [];
        List<PathHint> left = [];
        foreach (KeptName name in pending.Names)
        {
            Errno errno = Find(top, pending, name.Path, byName: true);
            if (errno == Errno.OK)
                left.Add(name.Place);
            else if (errno == Errno.ENOENT)
                gone.Add(new NameChange(pending.Key.Volume, name.Place.Parent, name.Place.Name!, 0));
            else
                return false;
        }

        if (gone.Count == 0)
            return true;
        List<OverlayChange> records = [];
        if (left.Count == 0)
            records.Add(new OverlayChange(pending.Key, null));
        else if (_store.Get(pending.Key, out InodeRecord? record) == OverlayStatus.Ok)
            records.Add(new OverlayChange(pending.Key, record! with { Hint = left[0] }));
        OverlayStatus status = _store.Apply(records.ToArray(), gone.ToArray());
        Forgotten(status);
        return status == OverlayStatus.Ok;
    }

    // OK: the file is still there. ENOENT: it is not, or its place is not known.
    private static Errno Find(SafeFd top, PendingRemoval pending, byte[]? path, bool byName)
    {
        if (path is null)
            return Errno.ENOENT;
        Errno errno = StatPath(top, path, out Statx stat);
        return errno == Errno.ENOTDIR || (errno == Errno.OK && !IsOf(pending, stat, byName)) ? Errno.ENOENT : errno;
    }

    // Where a number of ours goes with the name, the name has been looked at already. A placeholder is a plain file.
    private static bool IsOf(PendingRemoval pending, in Statx stat, bool byName) =>
        (byName || stat.Ino == pending.Key.Ino)
        && (FileMode.TypeOf(stat.Mode) == pending.FileType || Placeholder.MayBe(stat));

    private static Errno StatPath(SafeFd top, byte[] path, out Statx stat)
    {
        stat = default;
        Errno errno = OpenParent(top, path, out SafeFd parent, out byte[] name);
        if (errno != Errno.OK)
            return errno;
        using (parent)
            return Libc.Statx(parent, CString.FromTerminated(name), AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out stat);
    }

    /// <summary>Opens the directory of a path below a root, name by name and through no link.</summary>
    /// <param name="top">The root.</param>
    /// <param name="path">Bytes without terminator.</param>
    /// <param name="parent">The caller's to dispose.</param>
    /// <param name="name">The last name, with terminator.</param>
    private static Errno OpenParent(SafeFd top, byte[] path, out SafeFd parent, out byte[] name)
    {
        OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
        int start = 0;
        name = ".\0"u8.ToArray();
        parent = SafeFd.Invalid;
        SafeFd directory = top;
        while (true)
        {
            Errno errno = Libc.Openat(directory, CString.FromTerminated(name), flags, 0, out parent);
            if (!ReferenceEquals(directory, top))
                directory.Dispose();
            if (errno != Errno.OK)
                return errno;
            directory = parent;
            int slash = path.AsSpan(start).IndexOf((byte)'/');
            name = [.. slash < 0 ? path.AsSpan(start) : path.AsSpan(start, slash), 0];
            if (slash < 0)
                return Errno.OK;
            start += slash + 1;
        }
    }
}
