namespace MetaFs.Passthrough.Xattrs;

/// <summary>What the share was seen not to have of an inode's extended attributes: of those that are asked for most.</summary>
[Flags]
internal enum AbsentXattrs : byte
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>No access ACL.</summary>
    AccessAcl = 1,

    /// <summary>No file capabilities.</summary>
    Capability = 2,

    /// <summary>No label of SELinux.</summary>
    Label = 4,

    /// <summary>None that would be listed.</summary>
    Listed = 8,
}
