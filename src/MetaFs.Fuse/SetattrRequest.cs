namespace MetaFs.Fuse;

/// <summary>One time of a SETATTR: an explicit value, or the moment of the call.</summary>
/// <param name="Nanoseconds">Since the epoch; for <paramref name="Now"/> what the kernel took as now.</param>
/// <param name="Now">UTIME_NOW: a writer who does not own the file may ask for it.</param>
public readonly record struct TimeRequest(long Nanoseconds, bool Now);

/// <summary>SETATTR with its mask taken apart: a field is null where the caller did not name it.</summary>
public readonly record struct SetattrRequest
{
    /// <summary>Permission bits and file type as chmod(2) would set them.</summary>
    public uint? Mode { get; init; }

    /// <summary>New owner.</summary>
    public uint? Uid { get; init; }

    /// <summary>New group.</summary>
    public uint? Gid { get; init; }

    /// <summary>New length in bytes.</summary>
    public ulong? Size { get; init; }

    /// <summary>New access time.</summary>
    public TimeRequest? Atime { get; init; }

    /// <summary>New modification time.</summary>
    public TimeRequest? Mtime { get; init; }

    /// <summary>FATTR_KILL_SUIDGID: the caller lacks CAP_FSETID, so suid and sgid go with the truncation.</summary>
    public bool KillSuidgid { get; init; }

    /// <summary>The open file through which the call came, if it came through one.</summary>
    public FileHandle? Handle { get; init; }
}
