namespace MetaFs.Passthrough.Handles;

/// <summary>What a node's open handles have in common. Guarded by the node's monitor.</summary>
/// <remarks>
/// The kernel wants all opens of an inode in one mode at a time (fs/fuse/iomode.c): while one is passed through, every
/// other must be, with the same backing id; while one is cached, none may be passed through.
/// </remarks>
internal sealed class OpenState
{
    /// <summary>One of them, to reach an inode that has no name any more; more hang on it.</summary>
    public OpenFile? First;

    /// <summary>The id under which the kernel holds the share's file, while <see cref="PassedThrough"/> is not 0.</summary>
    public int BackingId;

    /// <summary>Handles that are passed through.</summary>
    public int PassedThrough;

    /// <summary>Handles whose reads and writes come here.</summary>
    public int Cached;

    /// <summary>Handles that may write.</summary>
    public int Writers;
}
