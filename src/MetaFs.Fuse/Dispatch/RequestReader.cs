// A cursor over the bytes behind a request's header. Short or malformed bytes make it say no, never throw.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Takes arguments off the front of a request's body.</summary>
internal ref struct RequestReader
{
    private ReadOnlySpan<byte> _rest;

    public RequestReader(ReadOnlySpan<byte> body) => _rest = body;

    /// <summary>What has not been taken yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool TryRead<T>(out T value)
        where T : unmanaged => TryRead(Unsafe.SizeOf<T>(), out value);

    /// <summary>Takes a struct whose first <paramref name="size"/> bytes were sent; the rest of it is zero.</summary>
    public bool TryRead<T>(int size, out T value)
        where T : unmanaged
    {
        value = default;
        if (_rest.Length < size)
            return false;
        _rest[..size].CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        _rest = _rest[size..];
        return true;
    }

    /// <summary>Takes one component of a path: not empty, without a slash, and neither "." nor "..".</summary>
    /// <remarks>
    /// The kernel sends no other, the last two only with FUSE_EXPORT_SUPPORT, which is never asked for. A file system hands
    /// the name to *at calls, where they would lead out of the directory.
    /// </remarks>
    public bool TryReadName(out CString name) =>
        TryReadString(out name) && name.Length > 0 && !name.Bytes.Contains((byte)'/')
        && !name.Bytes.SequenceEqual("."u8) && !name.Bytes.SequenceEqual(".."u8);

    /// <summary>Takes any NUL-terminated bytes: the target of a link, the name of an attribute.</summary>
    public bool TryReadString(out CString text)
    {
        int length = _rest.IndexOf((byte)0);
        if (length < 0)
        {
            text = CString.Empty;
            return false;
        }
        text = CString.FromTerminated(_rest[..(length + 1)]);
        _rest = _rest[(length + 1)..];
        return true;
    }

    public bool TryReadBytes(uint count, out ReadOnlySpan<byte> bytes)
    {
        if (count > (uint)_rest.Length)
        {
            bytes = default;
            return false;
        }
        bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return true;
    }
}
