using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Objects;

/// <summary>A file of the share that may be a placeholder, and how to come at its content.</summary>
/// <param name="directory">The directory of its name; null where no hint is asked for.</param>
/// <param name="fd">The directory's descriptor, or with <paramref name="isOpen"/> the file's own, O_PATH too.</param>
/// <param name="name">Its name there.</param>
/// <param name="isOpen">Whether it was opened already.</param>
internal readonly ref struct PlaceholderFile(Node? directory, SafeFd fd, CString name, bool isOpen)
{
    private readonly Node? _directory = directory;
    private readonly SafeFd _fd = fd;
    private readonly CString _name = name;
    private readonly bool _isOpen = isOpen;

    /// <summary>Whether a hint names this place.</summary>
    public bool IsAt(in PathHint hint) => hint.Parent == _directory?.Ino && _name.Bytes.SequenceEqual(hint.Name);

    /// <summary>The number by which the overlay knows the file.</summary>
    /// <param name="store">Where names are kept.</param>
    /// <param name="volume">The file's volume.</param>
    /// <param name="stat">What the share shows; with our number where the kernel knows the name.</param>
    public ulong NumberIn(INameStore store, ShareVolume volume, in Statx stat)
    {
        if (!volume.IsByName || _directory is null || !store.HasNames || ShareView.Known(_directory, volume, _name) is not null)
            return stat.Ino;
        return store.FindName(volume.Id, _directory.Ino, volume.FormOf(_name.Bytes), out ulong ino) == OverlayStatus.Ok
            ? ino
            : stat.Ino;
    }

    /// <summary>Reads the content from its start, as far as there is room.</summary>
    public Errno Read(Span<byte> content, out int length)
    {
        length = 0;
        if (_isOpen)
            return Read(_fd, content, out length);

        // By O_PATH first: what has taken the name since it was looked at may be a device, which opening would wake.
        Errno errno = Libc.Openat(_fd, _name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd path);
        if (errno != Errno.OK)
            return errno;
        using (path)
        {
            errno = Libc.Fstatx(path, ShareVolume.Mask, out Statx stat);
            if (errno == Errno.OK && !FileMode.IsRegular(stat.Mode))
                errno = Errno.ESTALE;
            return errno == Errno.OK ? Read(path, content, out length) : errno;
        }
    }

    private static Errno Read(SafeFd path, Span<byte> content, out int length)
    {
        length = 0;
        // To look what it is, is no access; but only its owner may ask for that (open(2)).
        OpenFlags flags = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK;
        Errno errno = Libc.Reopen(path, flags | OpenFlags.O_NOATIME, out SafeFd fd);
        if (errno != Errno.OK)
            errno = Libc.Reopen(path, flags, out fd);
        if (errno != Errno.OK)
            return errno;
        using (fd)
        {
            while (length < content.Length)
            {
                errno = Libc.Pread(fd, content[length..], (ulong)length, out int count);
                if (errno != Errno.OK || count == 0)
                    break;
                length += count;
            }
        }

        return errno;
    }
}
