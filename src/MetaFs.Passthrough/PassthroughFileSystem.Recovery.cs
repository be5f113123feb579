// What a daemon that died in the middle of a removal left open.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Before the first request: no file can have got a free inode number through this mount yet.
    private void FinishRemovals(ShareVolume volume)
    {
        foreach (PendingRemoval pending in _store.PendingRemovals(volume.Id))
        {
            Errno errno = Find(pending);
            if (errno is Errno.ENOENT or Errno.ENOTDIR)
                Forgotten(_store.Remove(pending.Key));

            // A share that cannot be seen tells nothing of its files: the note waits for the next mount.
            if (errno is Errno.OK or Errno.ENOENT or Errno.ENOTDIR)
                _store.EndRemoval(pending.Key);
        }
    }

    // OK: the file is still there. ENOENT: it is not, or its place is not known.
    private Errno Find(PendingRemoval pending)
    {
        if (pending.Path is null)
            return Errno.ENOENT;
        Errno errno = StatPath(pending.Path, out Statx stat);
        return errno == Errno.OK && !IsOf(pending, stat) ? Errno.ENOENT : errno;
    }

    private static bool IsOf(PendingRemoval pending, in Statx stat) =>
        stat.Ino == pending.Key.Ino && FileMode.TypeOf(stat.Mode) == pending.FileType;

    /// <summary>Looks at a path below the root, name by name and through no link.</summary>
    private Errno StatPath(byte[] path, out Statx stat)
    {
        stat = default;
        SafeFd directory = _root;
        try
        {
            int start = 0;
            while (true)
            {
                int slash = path.AsSpan(start).IndexOf((byte)'/');
                byte[] name = [.. slash < 0 ? path.AsSpan(start) : path.AsSpan(start, slash), 0];
                if (slash < 0)
                    return Libc.Statx(
                        directory, CString.FromTerminated(name), AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out stat);
                OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
                Errno errno = Libc.Openat(directory, CString.FromTerminated(name), flags, 0, out SafeFd next);
                if (!ReferenceEquals(directory, _root))
                    directory.Dispose();
                directory = next;
                if (errno != Errno.OK)
                    return errno;
                start += slash + 1;
            }
        }
        finally
        {
            if (!ReferenceEquals(directory, _root))
                directory.Dispose();
        }
    }
}
