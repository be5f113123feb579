namespace MetaFs.Fuse;

/// <summary>What <see cref="FuseMounter.Mount"/> tells the kernel.</summary>
public sealed record FuseMountOptions
{
    /// <summary>Absolute and canonical: no symbolic link, no "..".</summary>
    public required string MountPoint { get; init; }

    /// <summary>The first column of /proc/mounts.</summary>
    public required string Source { get; init; }

    /// <summary>The file system's type is "fuse." and this.</summary>
    public string Subtype { get; init; } = "metafs";

    /// <summary>Let others than the mounter in.</summary>
    public bool AllowOther { get; init; }

    /// <summary>The kernel checks owner and mode; without it the file system's ACCESS is asked.</summary>
    public bool DefaultPermissions { get; init; }

    /// <summary>MS_RDONLY.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Honour suid and sgid bits. Only root may.</summary>
    public bool Suid { get; init; }

    /// <summary>Honour device files. Only root may.</summary>
    public bool Dev { get; init; }

    /// <summary>MS_NOEXEC.</summary>
    public bool NoExec { get; init; }

    /// <summary>S_IF* of the root; 0: as the mount point has it.</summary>
    public uint RootMode { get; init; }

    /// <summary>Longest READ in bytes.</summary>
    public int MaxRead { get; init; } = 1 << 20;
}

/// <summary>A mount that did not come about; the message names the mount point, the errno and a cure.</summary>
public sealed class FuseMountException : Exception
{
    /// <summary>A mount that failed for the reason given.</summary>
    public FuseMountException(string message)
        : base(message)
    {
    }

    /// <summary>A mount that failed because of another exception.</summary>
    public FuseMountException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A mount that failed.</summary>
    public FuseMountException()
    {
    }
}
