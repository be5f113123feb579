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
    // After GiveBackReplaced. What an earlier daemon hid and did not come to remove; files that somebody else still has
    // open there may stay for the mount after this one.
    private void ClearLeftovers(ShareVolume volume, SafeFd top)
    {
        if (volume.Hidden.Fd is null)
            return;
        Errno errno = RemoveHiddenDirectory(volume, top);
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
        Dictionary<string, byte[]> notes = _store.PendingReplacements(volume.Id)
            .ToDictionary(pending => pending.Hidden, pending => pending.Path);
        foreach (byte[] entry in NamesIn(hidden))
        {
            CString name = CString.FromTerminated(entry);
            bool isNoted = notes.Remove(TextOf(entry), out byte[]? path);
            if (path is { Length: > 0 })
                continue;
            if (!isNoted && HiddenDirectory.IsOfReplaced(entry))
            {
                PassthroughLog.ReplacedStays(_log, NameOf(volume.Hidden), TextOf(entry));
                continue;
            }

            bool isKnown = Libc.Statx(hidden, name, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out Statx stat) == Errno.OK;
            InodeGuard guard = isKnown ? volume.GuardOf(stat, hidden, name) : default;
            Errno errno = Libc.Unlinkat(hidden, name, 0);
            if (errno is not (Errno.OK or Errno.ENOENT))
                PassthroughLog.HiddenStays(_log, errno);
            else if (isNoted)
                _store.EndReplacement(volume.Id, TextOf(entry));
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
        if (volume.Hidden.Name is null || _options.ReadOnly)
            return;
        Errno opened;
        lock (volume.Hidden.Gate)
            opened = volume.Hidden.Open(top);
        if (opened is not (Errno.OK or Errno.ENOENT))
        {
            PassthroughLog.NotCleared(_log, NameOf(volume.Hidden), opened);
            return;
        }

        foreach (PendingReplacement pending in _store.PendingReplacements(volume.Id))
        {
            if (opened == Errno.ENOENT || !HiddenDirectory.IsFileName(pending.Hidden))
                _store.EndReplacement(volume.Id, pending.Hidden);
            else if (pending.Path.Length > 0)
                GiveBackReplaced(volume, top, pending);
        }
    }

    private void GiveBackReplaced(ShareVolume volume, SafeFd top, PendingReplacement pending)
    {
        Errno errno = GiveBack(volume.Hidden, top, pending);
        string path = Encoding.UTF8.GetString(pending.Path);
        switch (errno)
        {
            case Errno.OK:
                PassthroughLog.GivenBack(_log, path);
                goto case Errno.ENODATA;
            case Errno.ENODATA:
                _store.EndReplacement(volume.Id, pending.Hidden);
                break;
            case Errno.EEXIST:
                _store.BeginReplacement(volume.Id, pending.Hidden, []);
                break;
            default:
                PassthroughLog.NotGivenBack(_log, path, NameOf(volume.Hidden), pending.Hidden, errno);
                break;
        }
    }

    // EEXIST: another file has the name; ENODATA: this one was not hidden, or is gone; EINVAL: the note is forged.
    private static Errno GiveBack(HiddenDirectory hidden, SafeFd top, PendingReplacement pending)
    {
        byte[] name = [.. Encoding.ASCII.GetBytes(pending.Hidden), 0];
        CString hiddenName = CString.FromTerminated(name);
        if (Libc.Statx(hidden.Fd!, hiddenName, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out _) == Errno.ENOENT)
            return Errno.ENODATA;
        if (!IsPath(pending.Path))
            return Errno.EINVAL;
        Errno errno = OpenParent(top, pending.Path, out SafeFd parent, out byte[] last);
        if (errno != Errno.OK)
            return errno;
        using (parent)
            return hidden.GiveBack(hidden.Fd!, hiddenName, parent, CString.FromTerminated(last));
    }

    // It comes back from a file, and must not lead out of the volume.
    private static bool IsPath(ReadOnlySpan<byte> path)
    {
        foreach (Range part in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path[part];
            if (name.IsEmpty || name.Contains((byte)0) || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                return false;
        }

        return true;
    }

    private static string TextOf(byte[] terminated) => Encoding.ASCII.GetString(terminated.AsSpan(..^1));

    private static string NameOf(HiddenDirectory hidden) => TextOf(hidden.Name!);
}
