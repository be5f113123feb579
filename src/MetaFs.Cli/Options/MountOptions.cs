using MetaFs.Passthrough;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Cli.Options;

/// <summary>What the words after <c>-o</c> ask for. The defaults are those of an empty list.</summary>
internal sealed record MountOptions
{
    public string? Database { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public uint? FileMode { get; init; }

    public uint? DirMode { get; init; }

    public bool AllowOther { get; init; }

    public bool NoPerm { get; init; }

    /// <summary>Act on the share with each caller's own identity.</summary>
    public bool AsCaller { get; init; }

    public IdentityPolicy Identity { get; init; }

    public bool ReadOnly { get; init; }

    public bool Suid { get; init; }

    public bool Dev { get; init; }

    public bool NoExec { get; init; }

    public TimeSpan EntryTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan AttrTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan NegativeTimeout { get; init; }

    public SetPolicy Chown { get; init; }

    public SetPolicy Chmod { get; init; }

    public SetPolicy Utimens { get; init; }

    public XattrPolicy Xattrs { get; init; }

    /// <summary>What was said of ACLs; null: nothing.</summary>
    public bool? Acls { get; init; }

    /// <summary>Whether there are ACLs.</summary>
    public bool HasAcls => Acls ?? Xattrs != XattrPolicy.None;

    public ObjectPolicy Objects { get; init; }

    /// <summary>What becomes of files that are removed while they are open.</summary>
    public UnlinkedFiles Unlinked { get; init; }

    public bool Passthrough { get; init; } = true;

    /// <summary>Whether the kernel may hand requests over by io_uring, where it can.</summary>
    public bool IoUring { get; init; } = true;

    /// <summary>The most worker threads; null leaves it to the server.</summary>
    public int? Threads { get; init; }
}
