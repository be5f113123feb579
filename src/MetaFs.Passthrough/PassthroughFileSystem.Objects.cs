// Symbolic links and special files, and what stands for them on a share that refuses them.
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private static readonly OpenFlags s_exclusive =
        OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK;

    // mknod(2) of a regular file is a creation; not every share has both (the CIFS client refuses mknod).
    private Errno MakeFile(SafeFd directory, CString name, uint permissions)
    {
        Errno errno = OpenSparing(directory, name, s_exclusive, permissions, out SafeFd fd);
        fd.Dispose();
        return errno;
    }

    /// <summary>Makes a symbolic link or special file, on the share or by a placeholder.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="fd">Its descriptor.</param>
    /// <param name="name">The name.</param>
    /// <param name="mode">Type and permission bits as they may stand on the share.</param>
    /// <param name="target">Where a symbolic link leads.</param>
    /// <param name="device">Device number in the kernel's 32-bit form.</param>
    /// <param name="item">What a placeholder was made for; null: the share holds it itself.</param>
    private Errno MakeObject(
        Node directory, SafeFd fd, CString name, uint mode, CString target, uint device, out EmulatedObject? item)
    {
        item = null;
        VolumeObjects objects = directory.Volume.Objects;
        ObjectKinds kind = Placeholder.KindOf(mode);
        if (kind == ObjectKinds.None)
            return Errno.EINVAL;
        bool isRefused = true;
        if (objects.IsTried(kind))
        {
            Errno errno = kind == ObjectKinds.Symlink
                ? Libc.Symlinkat(target, fd, name)
                : Libc.Mknodat(fd, name, mode, device);
            isRefused = errno != Errno.OK;
            if (isRefused ? !objects.IsReplaced(errno) : !TakeBackUnreadable(directory.Volume, kind, fd, name))
                return errno;
            if (errno == Errno.EIO)
                TakeBackHalfMade(directory.Volume, fd, name);
        }

        var wanted = new EmulatedObject(
            FileMode.TypeOf(mode), FileMode.IsDevice(mode) ? device : 0,
            kind == ObjectKinds.Symlink ? target.Bytes.ToArray() : null, 0);
        Errno made = MakePlaceholder(directory.Volume, fd, name, mode, wanted);
        if (made != Errno.OK)
            return made;
        objects.Learn(kind, isRefused);
        item = wanted;
        return Errno.OK;
    }

    // exfat-fuse makes a plain file before it finds that it cannot make a fifo of it, and leaves it there. The kernel had no
    // such name a moment ago and holds the directory, and a disk has no other host that could have made one.
    private static void TakeBackHalfMade(ShareVolume volume, SafeFd directory, CString name)
    {
        if (!volume.Facts.IsFuseDisk
            || Libc.Statx(directory, name, AtFlags.AT_SYMLINK_NOFOLLOW, ShareVolume.Mask, out Statx stat) != Errno.OK)
            return;
        if (FileMode.IsRegular(stat.Mode) && stat.Size == 0)
            Libc.Unlinkat(directory, name, 0);
    }

    // sshfs makes any symbolic link, and then does not read those that lead up and out of the share (contain_symlinks).
    private static bool TakeBackUnreadable(ShareVolume volume, ObjectKinds kind, SafeFd directory, CString name)
    {
        if (kind != ObjectKinds.Symlink || !volume.Facts.IsFuse || !volume.Objects.IsReplaced(Errno.EPERM))
            return false;
        Span<byte> first = stackalloc byte[1];
        return Libc.Readlinkat(directory, name, first, out _) == Errno.EPERM
            && Libc.Unlinkat(directory, name, 0) == Errno.OK;
    }

    // Content first, then the record. A daemon that dies in between leaves a plain file, which harms nobody, or a link that
    // is one by its content.
    private Errno MakePlaceholder(ShareVolume volume, SafeFd directory, CString name, uint mode, EmulatedObject item)
    {
        const uint readableByAll = 0x1A4;
        uint permissions = FileMode.IsSymlink(mode) ? readableByAll : mode & ModeBits.All;
        Errno errno = OpenSparing(directory, name, s_exclusive, permissions, out SafeFd fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            Span<byte> content = stackalloc byte[Placeholder.SizeOf(item)];
            Placeholder.Write(item, content);
            errno = Libc.Pwrite(fd, content, 0, out int written);
            if (errno == Errno.OK && written != content.Length)
                errno = Errno.ENOSPC;

            // A network client tells at close what it could not write.
            if (errno == Errno.OK && !volume.Facts.IsLocal)
                errno = Libc.CloseDuplicate(fd);
            if (errno == Errno.OK && volume.Facts.HasControlXattrs && item.Target is null)
                CifsDosAttributes.MarkSystem(fd);

            // The server would stamp the data within two seconds after the close, and ctime with it; a time that it was
            // told stands. A link does not change after symlink(2).
            if (errno == Errno.OK && volume.Facts.StampsLate)
                Libc.Utimensat(fd, CString.Empty, Timespec.Now, Timespec.Now, 0);
        }

        if (errno != Errno.OK)
            Libc.Unlinkat(directory, name, 0);
        return errno;
    }

    // A link that is gone by name still says where it leads, as long as somebody holds it.
    private static Errno ReadPlaceholder(Node inode, Errno opened, SafeFd fd, Span<byte> target, out int length)
    {
        length = 0;
        byte[]? bytes = inode.Record?.Object?.Target;
        if (bytes is null || !inode.IsRemoved)
        {
            if (opened != Errno.OK)
                return opened;
            bytes = inode.Volume.Objects.TargetOf(inode, fd);
        }

        if (bytes is null)
            return inode.Guard.FileType == FileMode.S_IFLNK ? Errno.ESTALE : Errno.EINVAL;
        length = Math.Min(bytes.Length, target.Length);
        bytes.AsSpan(0, length).CopyTo(target);
        return Errno.OK;
    }
}
