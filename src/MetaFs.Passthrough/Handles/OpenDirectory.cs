using MetaFs.Linux;
using MetaFs.Passthrough.Nodes;

namespace MetaFs.Passthrough.Handles;

/// <summary>One open directory, with the entries that were read ahead of what the kernel has taken.</summary>
/// <remarks>Its monitor guards all but the constants: readdir of one handle is one at a time.</remarks>
internal sealed class OpenDirectory(SafeFd fd, Node node)
{
    // Enough for some 800 entries of ordinary names: one getdents64 for what a READDIRPLUS of 128 KiB takes.
    private const int BufferSize = 32 * 1024;

    private byte[]? _buffer;
    private int _length;
    private int _position;
    private ulong _offset;
    private bool _wantsNames;
    private int _files;

    public SafeFd Fd { get; private set; } = fd;

    /// <summary>Whether it has a descriptor.</summary>
    public bool IsAttached { get; private set; } = true;

    public Node Node { get; } = node;

    /// <summary>What the kernel keeps of what this handle reads; null: nothing.</summary>
    public KeptListing? Kept { get; init; }

    /// <summary>Whether the next <see cref="Peek"/> reads on, and so forgets what was read before.</summary>
    public bool IsDrained => _position == _length;

    /// <summary>Goes to the place an entry's offset names, unless it is there: the cookies are the share's own.</summary>
    /// <remarks>
    /// The kernel throws away what a program's small buffer (musl has 2 KiB) could not take, and comes back for it. Read
    /// again, a share whose cookies are mere positions (tmpfs before Linux 6.6) would pass over as many names as were
    /// removed meanwhile. The start is read again: rewinddir(3) asks for what is there now.
    /// </remarks>
    public Errno Seek(ulong offset)
    {
        if (offset == _offset || (offset != 0 && FindRead(offset)))
            return Errno.OK;
        _length = _position = 0;
        Errno errno = Libc.Lseek(Fd, (long)offset, 0, out _);
        if (errno == Errno.OK)
            _offset = offset;
        return errno;
    }

    /// <summary>A listing with attributes starts, or without: see <see cref="ListingHabits"/>.</summary>
    public void Begin(bool wantsNames)
    {
        _wantsNames = wantsNames;
        _files = 0;
    }

    /// <summary>Whether the next entry of that listing goes without its attributes.</summary>
    /// <param name="type">DT_*; who lists a tree wants those of directories, and where the share tells no type, all.</param>
    public bool GoesByName(byte type) =>
        type is not (DirentType.DT_DIR or DirentType.DT_UNKNOWN) && (++_files == ListingHabits.Sample || _wantsNames);

    /// <summary>The next entry, without passing it.</summary>
    /// <returns>OK; ENOENT: there is none left.</returns>
    public Errno Peek(out Dirent entry)
    {
        entry = default;
        if (_position == _length)
        {
            _buffer ??= GC.AllocateUninitializedArray<byte>(BufferSize);
            Errno errno = Libc.Getdents64(Fd, _buffer, out int length);
            if (errno != Errno.OK || length == 0)
                return errno == Errno.OK ? Errno.ENOENT : errno;
            _length = length;
            _position = 0;
        }

        var reader = new DirentReader(_buffer.AsSpan(_position.._length));
        if (!reader.MoveNext())
            return Errno.ENOENT;
        entry = reader.Current;
        return Errno.OK;
    }

    /// <summary>Passes the entry that <see cref="Peek"/> showed.</summary>
    public void Pass(in Dirent entry)
    {
        _position += entry.RecordLength;
        _offset = (ulong)entry.Off;
    }

    /// <summary>Gives the descriptor back: a CIFS server keeps a removed directory's name while it is being read.</summary>
    public void Detach()
    {
        Fd.Dispose();
        IsAttached = false;
    }

    /// <summary>Takes another descriptor of the same directory, and goes to where the reading was.</summary>
    public Errno Attach(SafeFd again)
    {
        Fd = again;
        IsAttached = true;
        _length = _position = 0;
        return Libc.Lseek(Fd, (long)_offset, 0, out _);
    }

    private bool FindRead(ulong offset)
    {
        int position = 0;
        foreach (Dirent entry in new DirentReader(_buffer.AsSpan(0, _length)))
        {
            position += entry.RecordLength;
            if ((ulong)entry.Off != offset)
                continue;
            _position = position;
            _offset = offset;
            return true;
        }

        return false;
    }
}
