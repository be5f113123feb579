// A file descriptor whose number cannot be reused while a call is using it.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>An open file descriptor; closed once, when the last user is done.</summary>
/// <remarks>
/// Every <see cref="Libc"/> wrapper holds a reference for the length of its call, so a concurrent Dispose cannot hand
/// the number to another file in the middle of it.
/// </remarks>
public sealed class SafeFd : SafeHandle
{
    private const int AT_FDCWD = -100;

    private readonly bool _shared;

    /// <summary>Wraps a descriptor.</summary>
    /// <param name="fd">The number; -1 gives an invalid handle.</param>
    /// <param name="ownsHandle">Whether disposing closes it.</param>
    /// <param name="pathOnly">Whether it was opened with O_PATH, see <see cref="IsPathOnly"/>.</param>
    public SafeFd(int fd, bool ownsHandle = true, bool pathOnly = false)
        : this(fd, ownsHandle, pathOnly, shared: false)
    {
    }

    private SafeFd(int fd, bool ownsHandle, bool pathOnly, bool shared)
        : base(new IntPtr(-1), ownsHandle)
    {
        SetHandle(new IntPtr(fd));
        IsPathOnly = pathOnly;
        _shared = shared;
    }

    /// <summary>AT_FDCWD: relative paths start at the working directory. Disposing it does nothing.</summary>
    public static SafeFd CurrentDirectory { get; } = Shared(AT_FDCWD);

    /// <summary>What a failed call leaves in its out parameter. Disposing it does nothing.</summary>
    public static SafeFd Invalid { get; } = Shared(-1);

    /// <summary>True for -1 only: AT_FDCWD is a negative number too.</summary>
    public override bool IsInvalid => handle == new IntPtr(-1);

    /// <summary>Whether the descriptor names a file without having it open (O_PATH).</summary>
    /// <remarks>
    /// fchmod(2), fgetxattr(2) and futimens(3) answer EBADF to such descriptors. Remembering the open flag lets the
    /// wrappers go to the right call at once, one system call in either case, instead of trying and falling back.
    /// </remarks>
    public bool IsPathOnly { get; }

    /// <summary>The number, for traces and /proc paths. Nothing keeps it open: not for system calls.</summary>
    public int Value => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) is Errno.OK or Errno.EINTR;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!_shared)
            base.Dispose(disposing);
    }

    private static SafeFd Shared(int fd) => new(fd, ownsHandle: false, pathOnly: false, shared: true);
}
