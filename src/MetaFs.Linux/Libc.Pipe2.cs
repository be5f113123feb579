// pipe2(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    /// <summary>A pipe, closed on exec.</summary>
    /// <param name="readEnd">Caller disposes.</param>
    /// <param name="writeEnd">Caller disposes.</param>
    /// <param name="flags">O_NONBLOCK, O_DIRECT.</param>
    public static Errno Pipe2(out SafeFd readEnd, out SafeFd writeEnd, OpenFlags flags = default)
    {
        Span<int> fds = stackalloc int[2];
        return FdPair(
            pipe2(ref MemoryMarshal.GetReference(fds), (flags | OpenFlags.O_CLOEXEC).Value),
            fds,
            out readEnd,
            out writeEnd);
    }

    private static Errno FdPair(int result, ReadOnlySpan<int> fds, out SafeFd first, out SafeFd second)
    {
        first = result < 0 ? SafeFd.Invalid : new SafeFd(fds[0]);
        second = result < 0 ? SafeFd.Invalid : new SafeFd(fds[1]);
        return Result(result);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int pipe2(ref int fds, int flags);
}
