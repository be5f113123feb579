// Builds a reply in place: the file system fills the payload behind the room for the header (row 7).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>An out header and the payload after it, in one buffer, so that one write(2) sends both.</summary>
internal ref struct ReplyWriter
{
    // fuse_dev_do_write refuses greater errnos, and the request would wait for ever.
    private const int LastErrno = 511;

    private readonly Span<byte> _buffer;
    private int _length;

    public ReplyWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _length = HeaderSize;
    }

    /// <summary>Where the next payload bytes go.</summary>
    public readonly Span<byte> Room => _buffer[_length..];

    /// <summary>The payload so far.</summary>
    public readonly ReadOnlySpan<byte> Payload => _buffer[HeaderSize.._length];

    private static int HeaderSize => Unsafe.SizeOf<FuseOutHeader>();

    public void Append<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Room, in value);
        _length += Unsafe.SizeOf<T>();
    }

    /// <summary>Counts bytes that were put in the first <paramref name="room"/> bytes of <see cref="Room"/>.</summary>
    /// <exception cref="InvalidOperationException">The file system claims more than it was given room for.</exception>
    public void Advance(int count, int room)
    {
        if ((uint)count > (uint)room)
            throw new InvalidOperationException($"answered {count} bytes where {room} were asked for");
        _length += count;
    }

    /// <summary>Writes the header. An error carries no payload.</summary>
    public readonly ReadOnlySpan<byte> Finish(ulong unique, Errno errno)
    {
        if ((int)errno is < 0 or > LastErrno)
            errno = Errno.EIO;
        int length = errno == Errno.OK ? _length : HeaderSize;
        var header = new FuseOutHeader { Len = (uint)length, Error = -(int)errno, Unique = unique };
        MemoryMarshal.Write(_buffer, in header);
        return _buffer[..length];
    }
}
