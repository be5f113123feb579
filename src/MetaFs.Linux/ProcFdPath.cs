// "/proc/self/fd/N" on the stack: the name of an O_PATH descriptor's file for calls that take only paths.
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MetaFs.Linux;

/// <summary>The path by which a call reaches the file behind a descriptor.</summary>
/// <remarks>
/// proc(5): the entry is a magic link. The kernel jumps to the very file and does not resolve it further, so a
/// descriptor of a symbolic link names the link, not its target. Needs a mounted /proc.
/// </remarks>
internal ref struct ProcFdPath
{
    private readonly FdReference _reference;
    private PathBytes _bytes;

    public ProcFdPath(SafeFd fd)
    {
        _reference = new FdReference(fd);
        Span<byte> buffer = _bytes;
        "/proc/self/fd/"u8.CopyTo(buffer);
        _ = Utf8Formatter.TryFormat(_reference.Number, buffer["/proc/self/fd/"u8.Length..], out _);
    }

    /// <summary>The path; the buffer was zeroed, so it is terminated.</summary>
    [UnscopedRef]
    public readonly ref readonly byte Start => ref _bytes[0];

    /// <summary>The same from /proc/self/fd on.</summary>
    [UnscopedRef]
    public readonly ref readonly byte Number => ref _bytes["/proc/self/fd/".Length];

    public readonly void Dispose() => _reference.Dispose();

    // 14 characters of directory, 11 of an int and the NUL.
    [InlineArray(32)]
    private struct PathBytes
    {
        private byte _first;
    }
}
