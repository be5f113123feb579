// socketpair(2)
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

public static partial class Libc
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_CLOEXEC = 0x80000;

    /// <summary>Two connected stream sockets, closed on exec; see <see cref="SetCloseOnExec"/>.</summary>
    /// <param name="first">Caller disposes.</param>
    /// <param name="second">Caller disposes.</param>
    public static Errno Socketpair(out SafeFd first, out SafeFd second)
    {
        Span<int> fds = stackalloc int[2];
        return FdPair(
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ref MemoryMarshal.GetReference(fds)),
            fds,
            out first,
            out second);
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, ref int fds);
}
