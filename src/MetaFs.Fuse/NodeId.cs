namespace MetaFs.Fuse;

/// <summary>The kernel's name for an inode it has looked up.</summary>
/// <remarks>
/// Lifecycle: given out by every reply that carries a <c>fuse_entry_out</c> (each adds one to its lookup count),
/// valid until FORGET or BATCH_FORGET has taken the count back to zero. <see cref="Root"/> is never looked up and
/// never forgotten.
/// </remarks>
public readonly record struct NodeId(ulong Value)
{
    /// <summary>FUSE_ROOT_ID.</summary>
    public static readonly NodeId Root = new(1);
}

/// <summary>The file system's name for one open file or directory.</summary>
/// <remarks>
/// Lifecycle: given out by OPEN, CREATE, TMPFILE or OPENDIR; FLUSH comes once per close(2); RELEASE or RELEASEDIR
/// comes once, after the last descriptor and the last mapping are gone.
/// </remarks>
public readonly record struct FileHandle(ulong Value);
