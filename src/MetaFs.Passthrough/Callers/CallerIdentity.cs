using MetaFs.Fuse;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Callers;

/// <summary>While it lives, this worker thread acts on the share as the caller of one request.</summary>
/// <remarks>
/// For shares that authorise per user: on NFS with root_squash the daemon's root is nobody. Threads are dedicated and requests
/// synchronous, so an identity cannot leak into another request.
/// </remarks>
internal readonly ref struct CallerIdentity
{
    private readonly bool _isAssumed;

    private CallerIdentity(Errno errno)
    {
        Errno = errno;
        _isAssumed = true;
    }

    /// <summary>Whether the identity was taken; else what the request is answered.</summary>
    public Errno Errno { get; }

    public static CallerIdentity Assume(in RequestContext context)
    {
        Span<uint> groups = stackalloc uint[CallerGroups.Most];
        int count = CallerGroups.Read(context.Pid, context.Uid, groups);
        return new CallerIdentity(ThreadCredentials.Assume(context.Uid, context.Gid, groups[..count]));
    }

    public void Dispose()
    {
        // Also after a failure, which may have come half way. A thread that cannot become root again would serve the next caller as this one.
        if (_isAssumed && ThreadCredentials.Restore() != Errno.OK)
            Environment.FailFast("a worker thread could not give a caller's identity back");
    }
}
