namespace MetaFs.Passthrough.Objects;

/// <summary>Who holds symbolic links and special files.</summary>
public enum ObjectPolicy
{
    /// <summary>The share, and placeholders with a record where it refuses.</summary>
    Auto,

    /// <summary>The share alone; what it refuses fails.</summary>
    Share,

    /// <summary>Placeholders with a record; the share is not asked.</summary>
    Emulate,
}
