namespace MetaFs.Fuse;

/// <summary>Who asks: the fields of <c>fuse_in_header</c> that an operation may need.</summary>
/// <param name="Unique">The request's number; pairs a request with its reply and with INTERRUPT.</param>
/// <param name="Uid">The caller's fsuid, in the mount's user name space.</param>
/// <param name="Gid">The caller's fsgid.</param>
/// <param name="Pid">The caller's thread id; 0 where the kernel itself asks or the pid name space hides it.</param>
public readonly record struct RequestContext(ulong Unique, uint Uid, uint Gid, uint Pid);
