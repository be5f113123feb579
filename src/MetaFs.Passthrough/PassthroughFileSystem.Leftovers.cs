// The hidden directory at the beginning and the end of a mount: what is left in it has no name and nobody who reads it.
using System.Text;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Hiding;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // Before the first request. What an earlier daemon hid and did not come to remove; files that somebody else still has
    // open there may stay for the mount after this one.
    private void ClearLeftovers(ShareVolume volume, SafeFd top)
    {
        if (volume.Hidden.Name is null || _options.ReadOnly)
            return;
        Errno errno;
        lock (volume.Hidden.Gate)
            errno = volume.Hidden.Open(top);
        if (errno == Errno.OK)
        {
            GiveBackReplaced(volume, top);
            errno = RemoveHiddenDirectory(volume, top);
        }
        else if (errno == Errno.ENOENT)
        {
            foreach (PendingReplacement pending in _store.PendingReplacements(volume.Id))
                _store.EndReplacement(volume.Id, pending.Hidden);
            return;
        }

        if (errno != Errno.OK)
            PassthroughLog.NotCleared(_log, NameOf(volume.Hidden), errno);
    }

    // After the last request: handles that the kernel has not closed are nobody's.
    private void EndHiding()
    {
        foreach (ShareVolume volume in _volumes.All)
        {
            if (volume.Hidden.Fd is not { } hidden)
                continue;
            foreach (OpenFile file in _files.All())
            {
                if (ReferenceEquals(file.Node.Volume, volume))
                    file.Fd.Dispose();
            }

            OpenFlags flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
            Errno errno = Libc.Openat(hidden, CString.FromTerminated("..\0"u8), flags, 0, out SafeFd top);
            using (top)
            {
                if (errno == Errno.OK)
                    errno = RemoveHiddenDirectory(volume, top);
            }

            if (errno is not (Errno.OK or Errno.ENOENT))
                PassthroughLog.NotCleared(_log, NameOf(volume.Hidden), errno);
            volume.Hidden.Close();
        }
    }

    private Errno RemoveHiddenDirectory(ShareVolume volume, SafeFd top)
    {
        RemoveLeftovers(volume);
        if (volume.Ordinal == 0 && _nodes.TryGet(Fuse.NodeId.Root, out Node? root))
            return InTop(root, top, static (hidden, fd) => hidden.Remove(fd));
        lock (volume.Hidden.Gate)
            return volume.Hidden.Remove(top);
    }

    // A record may be left where the daemon died between hiding the file and forgetting it.
    private void RemoveLeftovers(ShareVolume volume)
    {
        SafeFd hidden = volume.Hidden.Fd!;
        IReadOnlyList<PendingReplacement> pending = _store.PendingReplacements(volume.Id);
        foreach (byte[] entry in NamesIn(hidden))
        {
            if (pending.Any(replacement => entry.AsSpan(..^1).SequenceEqual(Encoding.ASCII.GetBytes(replacement.Hidden))))
                continue;
            CString name = CString.FromTerminated(entry);
            bool isKnown = Libc.Statx(hidden, name, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out Statx stat) == Errno.OK;
            InodeGuard guard = isKnown ? volume.GuardOf(stat, hidden, name) : default;
            Errno errno = Libc.Unlinkat(hidden, name, 0);
            if (errno is not (Errno.OK or Errno.ENOENT))
                PassthroughLog.HiddenStays(_log, errno);
            var key = new InodeKey(volume.Id, stat.Ino);
            if (errno == Errno.OK && isKnown && stat.Nlink <= 1 && volume.Facts.StableInodes
                && _store.Get(key, out InodeRecord? record) == OverlayStatus.Ok && guard.Matches(record!.Guard))
            {
                Forgotten(_store.Remove(key, record));
            }
        }
    }

    private static List<byte[]> NamesIn(SafeFd directory)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[32 * 1024];
        _ = Libc.Lseek(directory, 0, 0, out _);
        while (Libc.Getdents64(directory, buffer, out int length) == Errno.OK && length > 0)
        {
            foreach (Dirent entry in new DirentReader(buffer.AsSpan(0, length)))
            {
                if (!entry.IsDotOrDotDot)
                    names.Add(entry.NameTerminated.ToArray());
            }
        }

        return names;
    }

    // The daemon died between the two renames by which an open file is replaced: the name is still nobody's, unless
    // another host has taken it.
    private void GiveBackReplaced(ShareVolume volume, SafeFd top)
    {
        foreach (PendingReplacement pending in _store.PendingReplacements(volume.Id))
        {
            Errno errno = GiveBack(volume.Hidden, top, pending);
            string path = Encoding.UTF8.GetString(pending.Path);
            if (errno == Errno.OK)
                PassthroughLog.GivenBack(_log, path);
            if (errno is Errno.OK or Errno.EEXIST)
                _store.EndReplacement(volume.Id, pending.Hidden);
            else
                PassthroughLog.NotGivenBack(_log, path, NameOf(volume.Hidden), pending.Hidden, errno);
        }
    }

    // EEXIST: another file has the name, or still this one.
    private static Errno GiveBack(HiddenDirectory hidden, SafeFd top, PendingReplacement pending)
    {
        byte[] name = [.. Encoding.ASCII.GetBytes(pending.Hidden), 0];
        CString hiddenName = CString.FromTerminated(name);
        if (Libc.Statx(hidden.Fd!, hiddenName, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out _) == Errno.ENOENT)
            return Errno.EEXIST;
        Errno errno = OpenParent(top, pending.Path, out SafeFd parent, out byte[] last);
        if (errno != Errno.OK)
            return errno;
        using (parent)
            return hidden.GiveBack(hidden.Fd!, hiddenName, parent, CString.FromTerminated(last));
    }

    private static string NameOf(HiddenDirectory hidden) => Encoding.ASCII.GetString(hidden.Name.AsSpan(..^1));
}
