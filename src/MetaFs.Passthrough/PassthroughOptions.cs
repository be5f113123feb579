using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

/// <summary>Whether a chown, chmod or utimens is tried on the share before it is recorded.</summary>
public enum SetPolicy
{
    /// <summary>The share first; the record keeps what it refuses, ignores or rounds.</summary>
    Try,

    /// <summary>The record only; the share is left alone.</summary>
    Record,
}

/// <summary>What becomes of files that are removed while they are open.</summary>
public enum UnlinkedFiles
{
    /// <summary>They are hidden on shares that would keep a name for them where they were.</summary>
    Auto,

    /// <summary>They are hidden in any case.</summary>
    Hide,

    /// <summary>
    /// The share's own way. Where each caller acts on the share as himself there is no other: one of them would have to own
    /// the directory for it.
    /// </summary>
    Leave,
}

/// <summary>By what inodes are known.</summary>
public enum IdentityPolicy
{
    /// <summary>As the database has it; of a share that is new, by number where numbers are kept, else by name.</summary>
    Auto,

    /// <summary>By the share's inode numbers.</summary>
    Ino,

    /// <summary>By their names, under numbers of ours.</summary>
    Name,
}

/// <summary>How one mount behaves.</summary>
public sealed record PassthroughOptions
{
    /// <summary>Owner shown for files without a recorded one; null shows the share's.</summary>
    public uint? Uid { get; init; }

    /// <summary>Group shown for files without a recorded one; null shows the share's.</summary>
    public uint? Gid { get; init; }

    /// <summary>Permission bits shown for files without recorded ones; null shows the share's.</summary>
    public uint? FileMode { get; init; }

    /// <summary>Permission bits shown for directories without recorded ones; null shows the share's.</summary>
    public uint? DirMode { get; init; }

    /// <summary>A user's private mount: the kernel checks nothing and the mounter may do what root may.</summary>
    public bool MounterIsRoot { get; init; }

    /// <summary>No check beyond the share's own.</summary>
    public bool NoPerm { get; init; }

    /// <summary>Nothing is changed; the kernel enforces it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>How long the kernel may keep a name.</summary>
    public TimeSpan EntryTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the kernel may keep attributes.</summary>
    public TimeSpan AttrTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the kernel may remember that a name is missing; zero: not at all.</summary>
    public TimeSpan NegativeTimeout { get; init; }

    /// <summary>By what inodes are known.</summary>
    public IdentityPolicy Identity { get; init; }

    /// <summary>Policy for owner and group.</summary>
    public SetPolicy Chown { get; init; }

    /// <summary>Policy for permission bits.</summary>
    public SetPolicy Chmod { get; init; }

    /// <summary>Policy for times.</summary>
    public SetPolicy Utimens { get; init; }

    /// <summary>Who holds extended attributes and ACLs.</summary>
    public XattrPolicy Xattrs { get; init; }

    /// <summary>POSIX ACLs are shown and can be set.</summary>
    public bool Acls { get; init; } = true;

    /// <summary>Who holds symbolic links and special files.</summary>
    public ObjectPolicy Objects { get; init; }

    /// <summary>What becomes of files that are removed while they are open.</summary>
    public UnlinkedFiles Unlinked { get; init; }

    /// <summary>Lend files to the kernel for reads, writes and mmap where it can (FUSE_PASSTHROUGH).</summary>
    public bool Passthrough { get; init; } = true;

    /// <summary>The share's directory, as text for people.</summary>
    public string Source { get; init; } = "";

    /// <summary>The mount point, as text for people.</summary>
    public string MountPoint { get; init; } = "";

    /// <summary>The database's path, as text for people and for the CLI.</summary>
    public string Database { get; init; } = "";
}
