// Deletion as POSIX has it, on shares that keep a name for a removed file until its last close: an open file is moved out
// of its directory instead, into the volume's hidden directory, and removed there by its last RELEASE.
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Hiding;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    // NAME_MAX
    private const int LongestName = 255;

    /// <summary>The parent of a name that a request is about.</summary>
    /// <param name="id">The parent.</param>
    /// <param name="name">The name.</param>
    /// <param name="hidden">What to answer if it is the hidden directory's.</param>
    /// <param name="directory">Its node.</param>
    /// <param name="lease">Its descriptor.</param>
    private Errno LeaseParent(
        NodeId id, CString name, Errno hidden, out Node directory, out DirectoryLease lease)
    {
        Errno errno = LeaseParent(id, out directory, out lease);
        if (errno != Errno.OK)
            return errno;
        if (name.Length > LongestName && name.Length > directory.Volume.LongestName(lease.Fd))
            errno = Errno.ENAMETOOLONG;
        else if (IsHidden(directory, name.Terminated))
            errno = hidden;
        else
            errno = SettleMoves(directory, name);
        if (errno == Errno.OK)
            return Errno.OK;
        lease.Dispose();
        lease = default;
        return errno;
    }

    private static bool IsHidden(Node directory, ReadOnlySpan<byte> terminated) =>
        directory.Volume.Hidden.Has(terminated) && IsTop(directory);

    private static bool PassHidden(OpenDirectory directory, in Dirent entry)
    {
        if (!IsHidden(directory.Node, entry.NameTerminated))
            return false;
        directory.Pass(entry);
        return true;
    }

    // A volume's root: the share's, or that of a mount inside it.
    private static bool IsTop(Node directory) =>
        directory.Id == NodeId.Root
        || (directory.Names is { } name && !ReferenceEquals(name.Parent.Volume, directory.Volume));

    private static Node? TopOf(Node directory)
    {
        Node top = directory;
        while (!IsTop(top))
        {
            if (top.Names is not { } name)
                return null;
            top = name.Parent;
        }

        return top;
    }

    /// <summary>The same of a look without the node's monitor, under which hidden names are removed.</summary>
    private Statx WithoutHiddenNow(Node node, in Statx stat)
    {
        if (!node.HasJustLostHidden)
            return WithoutHidden(node, stat);
        lock (node)
        {
            return WithoutHidden(node, StatNode(node, out Statx now) == Errno.OK ? stat with { Nlink = now.Nlink } : stat);
        }
    }

    /// <summary>Takes from what the share shows the links that are nobody's business.</summary>
    private static Statx WithoutHidden(Node node, in Statx stat)
    {
        if (node.IsRemoved)
            return stat with { Nlink = 0 };
        if (node.HiddenLinks is > 0 and var hidden && stat.Nlink > hidden)
            return stat with { Nlink = stat.Nlink - hidden };

        // Above 2 the share counts subdirectories, and the hidden one with them.
        bool countsHidden = node.IsDirectory && stat.Nlink > 2 && node.Volume.Hidden.Fd is not null && IsTop(node);
        return countsHidden ? stat with { Nlink = stat.Nlink - 1 } : stat;
    }

    /// <summary>Counts an OPEN that may have the file open before anybody can know it.</summary>
    private void BeginOpening(Node node)
    {
        if (!Hides(node.Volume))
            return;
        lock (node)
            node.Openings++;
    }

    /// <summary>Takes <see cref="BeginOpening"/> back, once the handle is known or there is none.</summary>
    private void EndOpening(Node node)
    {
        if (!Hides(node.Volume))
            return;
        lock (node)
        {
            node.Openings--;
            RemoveHidden(node);
        }
    }

    /// <summary>Whether a name of a file must be taken by hiding it. Call under the node's monitor.</summary>
    private bool MustHide(Node node) => Hides(node.Volume) && node.IsOpen;

    private bool Hides(ShareVolume volume) => _options.Unlinked switch
    {
        UnlinkedFiles.Auto => volume.Facts.KeepsOpenNames,
        UnlinkedFiles.Hide => true,
        _ => false,
    };

    /// <summary>Where the name of an open file can be hidden.</summary>
    /// <param name="IsPrepared">Whether it was found open before its monitor was taken.</param>
    /// <param name="Fd">The hidden directory; null: not needed, or it cannot be had.</param>
    private readonly record struct HidingPlace(bool IsPrepared, SafeFd? Fd);

    /// <summary>Has the hidden directory ready for a file that is open now. No monitor is held.</summary>
    private HidingPlace PrepareHiding(Node directory, Node? victim)
    {
        if (victim is null || !Hides(victim.Volume))
            return default;
        lock (victim)
        {
            if (!MustHide(victim))
                return default;
        }

        return new HidingPlace(true, HiddenDirectoryFor(directory));
    }

    private SafeFd? HiddenDirectoryFor(Node directory)
    {
        ShareVolume volume = directory.Volume;
        if (volume.Hidden.Fd is { } ready)
            return ready;
        if (TopOf(directory) is not { } top)
            return null;
        Errno errno = _directories.Lease(top, out DirectoryLease lease);
        using (lease)
        {
            if (errno == Errno.OK)
                errno = InTop(top, lease.Fd, static (hidden, fd) => hidden.Fd is null ? hidden.Make(fd) : Errno.OK);
        }

        if (errno != Errno.OK)
            PassthroughLog.CannotHide(_log, errno);
        return volume.Hidden.Fd;
    }

    // The hidden directory comes and goes in a directory that everybody sees: its times must not tell.
    private Errno InTop(Node top, SafeFd topFd, Func<HiddenDirectory, SafeFd, Errno> change)
    {
        HiddenDirectory hidden = top.Volume.Hidden;
        lock (hidden.Gate)
        {
            if (ShareView.Held(top, topFd, out Statx stat, fresh: true) != Errno.OK)
                return change(hidden, topFd);
            lock (top)
            {
                EffectiveAttributes before = Effective(top, ref stat);
                Errno errno = change(hidden, topFd);
                bool hasMoved = ShareView.Held(top, topFd, out Statx after, fresh: true) == Errno.OK
                    && after.MtimeNs != stat.MtimeNs;
                if (errno != Errno.OK || !hasMoved)
                    return errno;
                TimeRequest? atime = top.Record?.Atime is null ? null : new TimeRequest(before.Atime, Now: false);
                var request = new SetattrRequest { Atime = atime, Mtime = new TimeRequest(before.Mtime, Now: false) };
                _ = Change(top, request, topFd, Libc.Geteuid(), ref after);
                return Errno.OK;
            }
        }
    }

    /// <summary>Takes a name from an open file by moving it out of sight. Call under the node's monitor.</summary>
    private static Errno Hide(Node node, SafeFd hidden, SafeFd directory, CString name, byte[] newName)
    {
        Errno errno = node.Volume.Hidden.Take(hidden, directory, name, CString.FromTerminated(newName));
        if (errno == Errno.OK)
            node.HiddenNames = [.. node.HiddenNames ?? [], newName];
        return errno;
    }

    /// <summary>Gives a file back the name that nothing has taken. Call under the node's monitor.</summary>
    /// <returns>
    /// OK; EEXIST: another host has put a file there, so this one was replaced, though not by us; others: the name cannot be
    /// had now, and the file stays where it is, for the next mount to try again.
    /// </returns>
    private static Errno Unhide(Node node, SafeFd hidden, SafeFd directory, CString name, byte[] newName)
    {
        Errno errno = node.Volume.Hidden.GiveBack(hidden, CString.FromTerminated(newName), directory, name);
        if (errno == Errno.EEXIST)
            return errno;
        byte[][] others = Array.FindAll(node.HiddenNames!, other => !ReferenceEquals(other, newName));
        node.HiddenNames = others.Length > 0 ? others : null;
        return errno;
    }

    // Bytes without terminator, from the volume's root; null where a directory on the way has no name any more.
    private static byte[]? PathInVolume(Node directory, CString name)
    {
        byte[] path = name.Bytes.ToArray();
        for (Node node = directory; !IsTop(node);)
        {
            if (node.Names is not { } place)
                return null;
            path = [.. place.Name.AsSpan(..^1), (byte)'/', .. path];
            node = place.Parent;
        }

        return path;
    }

    /// <summary>Removes what was hidden of a file, if nobody has it open any more. Call under the node's monitor.</summary>
    private void RemoveHidden(Node node)
    {
        if (node.HiddenNames is not { } names || node.IsOpen)
            return;
        node.HiddenRemovedAt = long.MaxValue;
        node.HiddenNames = null;
        foreach (byte[] name in names)
        {
            Errno errno = node.Volume.Hidden.Fd is { } hidden
                ? Libc.Unlinkat(hidden, CString.FromTerminated(name), 0)
                : Errno.ENOENT;
            if (errno is not (Errno.OK or Errno.ENOENT))
                PassthroughLog.HiddenStays(_log, errno);
            else if (HiddenDirectory.IsOfReplaced(name))
                _store.EndReplacement(node.Volume.Id, TextOf(name));
        }

        node.HiddenRemovedAt = Environment.TickCount64;
    }

    /// <summary>Gives back the descriptors of a directory that is about to be removed.</summary>
    private void DetachReaders(Node directory)
    {
        if (!directory.Volume.Facts.RemovesAtClose)
            return;
        foreach (OpenDirectory reader in _openDirectories.All())
        {
            if (!ReferenceEquals(reader.Node, directory))
                continue;
            lock (reader)
                reader.Detach();
        }
    }
}
