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
}
