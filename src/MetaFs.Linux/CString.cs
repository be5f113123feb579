// A NUL-terminated byte string that can go to a system call without a copy.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>A name or path as the kernel has it: any bytes, ended by one NUL.</summary>
/// <remarks>
/// Linux names are bytes, not text (path_resolution(7)). The type exists so that a span without its terminator
/// cannot reach a system call.
/// </remarks>
public readonly ref struct CString
{
    private readonly ReadOnlySpan<byte> _terminated;

    private CString(ReadOnlySpan<byte> terminated) => _terminated = terminated;

    /// <summary>The empty path, as <c>AT_EMPTY_PATH</c> calls take it.</summary>
    public static CString Empty => new("\0"u8);

    /// <summary>The bytes without the terminator.</summary>
    public ReadOnlySpan<byte> Bytes => Terminated[..^1];

    /// <summary>Length in bytes, without the terminator.</summary>
    public int Length => Terminated.Length - 1;

    /// <summary>The bytes with the terminator; what a system call is given.</summary>
    public ReadOnlySpan<byte> Terminated => _terminated.IsEmpty ? "\0"u8 : _terminated;

    /// <summary>The first byte, for the imports of <see cref="Libc"/>.</summary>
    internal ref readonly byte Start => ref MemoryMarshal.GetReference(Terminated);

    /// <summary>Wraps bytes whose last one is the terminator and the only NUL.</summary>
    /// <exception cref="ArgumentException">No terminator, or a NUL inside: a bug of the caller.</exception>
    public static CString FromTerminated(ReadOnlySpan<byte> terminated)
    {
        if (terminated.IndexOf((byte)0) != terminated.Length - 1 || terminated.IsEmpty)
            throw new ArgumentException("not a NUL-terminated string", nameof(terminated));
        return new CString(terminated);
    }

    /// <summary>A copy that outlives the buffer, terminator included.</summary>
    public byte[] ToTerminatedArray() => Terminated.ToArray();
}
