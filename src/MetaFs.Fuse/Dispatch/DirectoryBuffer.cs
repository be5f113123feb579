// Packs directory entries into the reply of READDIR and READDIRPLUS (fuse_dirent, fuse_direntplus).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse;

/// <summary>Where a listing goes: entries back to back, each padded to 8 bytes, never one cut short.</summary>
public ref struct DirectoryBuffer
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Wraps the room the kernel has for the listing.</summary>
    public DirectoryBuffer(Span<byte> buffer) => _buffer = buffer;

    /// <summary>Bytes filled so far.</summary>
    public readonly int Length => _length;

    /// <summary>The bytes filled so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>Whether <see cref="TryAdd"/> would take a name of this many bytes.</summary>
    public readonly bool HasRoomFor(int nameLength) => Align(SizeOfDirent + nameLength) <= _buffer.Length - _length;

    /// <summary>Whether <see cref="TryAddPlus"/> would: ask before counting the entry's lookup.</summary>
    public readonly bool HasRoomForPlus(int nameLength) =>
        Align(SizeOfDirentplus + nameLength) <= _buffer.Length - _length;

    /// <summary>Adds an entry of READDIR.</summary>
    /// <param name="ino">st_ino, for d_ino.</param>
    /// <param name="nextOffset">The offset that continues after this entry.</param>
    /// <param name="type">DT_*.</param>
    /// <param name="name">Without terminator.</param>
    /// <returns>False: full, nothing was written.</returns>
    public bool TryAdd(ulong ino, ulong nextOffset, uint type, ReadOnlySpan<byte> name)
    {
        if (!HasRoomFor(name.Length))
            return false;
        Append(ino, nextOffset, type, name);
        return true;
    }

    /// <summary>Adds an entry of READDIRPLUS; nodeid 0: name and type only, no lookup is counted.</summary>
    /// <param name="entry">The node and its attributes; d_ino is taken from them.</param>
    /// <param name="nextOffset">The offset that continues after this entry.</param>
    /// <param name="type">DT_*.</param>
    /// <param name="name">Without terminator.</param>
    /// <returns>False: full, nothing was written and no lookup counts.</returns>
    public bool TryAddPlus(in FuseEntryOut entry, ulong nextOffset, uint type, ReadOnlySpan<byte> name)
    {
        if (!HasRoomForPlus(name.Length))
            return false;
        MemoryMarshal.Write(_buffer[_length..], in entry);
        _length += Unsafe.SizeOf<FuseEntryOut>();
        Append(entry.Attr.Ino, nextOffset, type, name);
        return true;
    }

    private static int SizeOfDirent => Unsafe.SizeOf<FuseDirent>();

    private static int SizeOfDirentplus => Unsafe.SizeOf<FuseDirentplus>();

    private static int Align(int length) => (length + 7) & ~7;

    private void Append(ulong ino, ulong nextOffset, uint type, ReadOnlySpan<byte> name)
    {
        var dirent = new FuseDirent { Ino = ino, Off = nextOffset, Namelen = (uint)name.Length, Type = type };
        MemoryMarshal.Write(_buffer[_length..], in dirent);
        name.CopyTo(_buffer[(_length + SizeOfDirent)..]);
        int end = _length + SizeOfDirent + name.Length;
        _length = Align(end);
        // The padding goes to the kernel too: the buffer is reused and must not leak an earlier reply.
        _buffer[end.._length].Clear();
    }
}
