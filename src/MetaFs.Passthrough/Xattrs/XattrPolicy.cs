namespace MetaFs.Passthrough.Xattrs;

/// <summary>Who holds extended attributes and ACLs.</summary>
public enum XattrPolicy
{
    /// <summary>The share, and the overlay where it refuses.</summary>
    Auto,

    /// <summary>The share alone; what it refuses fails.</summary>
    Share,

    /// <summary>The overlay; the share is not asked, and its own are not shown.</summary>
    Overlay,

    /// <summary>
    /// Nobody: the kernel hears at its first question that there are none and never asks again. What the overlay has of
    /// another time stays there, and ends with a file's data or owner as ever; a share's default ACLs go on giving.
    /// </summary>
    None,
}
