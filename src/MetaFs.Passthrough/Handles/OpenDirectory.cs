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

    public SafeFd Fd { get; } = fd;

    public Node Node { get; } = node;

    /// <summary>Goes to the place an entry's offset names, unless it is there: the cookies are the share's own.</summary>
    public Errno Seek(ulong offset)
    {
        if (offset == _offset)
            return Errno.OK;
        _length = _position = 0;
        Errno errno = Libc.Lseek(Fd, (long)offset, 0, out _);
        if (errno == Errno.OK)
            _offset = offset;
        return errno;
    }

    /// <summary>The next entry, without passing it.</summary>
    /// <returns>OK; ENOENT: there is none left.</returns>
    public Errno Peek(out Dirent entry)
    {
        entry = default;
        if (_position == _length)
        {
            _buffer ??= GC.AllocateUninitializedArray<byte>(BufferSize);
            Errno errno = Libc.Getdents64(Fd, _buffer, out _length);
            _position = 0;
            if (errno != Errno.OK)
            {
                _length = 0;
                return errno;
            }
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
}
