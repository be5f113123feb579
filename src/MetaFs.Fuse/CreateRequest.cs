using MetaFs.Linux;

namespace MetaFs.Fuse;

/// <summary>The arguments of CREATE and TMPFILE.</summary>
/// <param name="Flags">open(2) flags, O_CREAT, O_EXCL and O_TRUNC among them.</param>
/// <param name="Mode">Permission bits and S_IFREG, umask not applied.</param>
/// <param name="Umask">The caller's umask.</param>
/// <param name="KillSuidgid">O_TRUNC by a caller without CAP_FSETID.</param>
public readonly record struct CreateRequest(OpenFlags Flags, uint Mode, uint Umask, bool KillSuidgid);
