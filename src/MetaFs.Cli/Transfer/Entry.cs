namespace MetaFs.Cli.Transfer;

/// <summary>The metadata of one name of a tree; what a form does not carry is null.</summary>
internal sealed record Entry
{
    /// <summary>Below the tree's root, without a leading slash; empty for the root itself. Bytes.</summary>
    public required byte[] Path { get; init; }

    /// <summary>S_IFMT bits.</summary>
    public uint? Type { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    /// <summary>Permission bits, 07777.</summary>
    public uint? Mode { get; init; }

    /// <summary>ns since the epoch.</summary>
    public long? Atime { get; init; }

    /// <summary>ns since the epoch.</summary>
    public long? Mtime { get; init; }

    /// <summary>A symbolic link's.</summary>
    public byte[]? Target { get; init; }

    /// <summary>A device's numbers.</summary>
    public (uint Major, uint Minor)? Device { get; init; }

    /// <summary>Inode number, where the form names files by it (fakeroot); then <see cref="Path"/> is empty.</summary>
    public ulong? Ino { get; init; }

    /// <summary>Names of the inode.</summary>
    public uint? Links { get; init; }

    /// <summary>Extended attributes, ACLs among them; those that it does not name are left as they are.</summary>
    public IReadOnlyList<EntryXattr> Xattrs { get; init; } = [];

    /// <summary>A clause on what of it could not be read; the rest is set, and the file counts as failed.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Where it was read, for messages; 0: nowhere.</summary>
    public long Line { get; init; }
}

/// <summary>An extended attribute.</summary>
/// <param name="Name">With its name space, one character a byte.</param>
/// <param name="Value">The bytes.</param>
internal readonly record struct EntryXattr(string Name, byte[] Value)
{
    /// <summary>The kernel's name of an ACL.</summary>
    public const string AccessAcl = "system.posix_acl_access";

    /// <summary>The kernel's name of a directory's default ACL.</summary>
    public const string DefaultAcl = "system.posix_acl_default";

    /// <summary>
    /// Whether an attribute is of the file and goes with it. The rest of system.* is about the share, and a SELinux
    /// label is the machine's.
    /// </summary>
    public static bool IsCarried(string name) =>
        name is AccessAcl or DefaultAcl
        || (name != "security.selinux"
            && (name.StartsWith("user.", StringComparison.Ordinal)
                || name.StartsWith("trusted.", StringComparison.Ordinal)
                || name.StartsWith("security.", StringComparison.Ordinal)));
}
