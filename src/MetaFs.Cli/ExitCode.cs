namespace MetaFs.Cli;

/// <summary>How the program ends; the same words and numbers as under EXIT STATUS in docs/metafs.1.md.</summary>
/// <remarks>mount.metafs(8) has those of mount(8) instead: <see cref="MountMetafsCommand.ExitStatus"/>.</remarks>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>Not all could be done, or something was found: a path cannot be shown, a mount is busy.</summary>
    Failure = 1,

    /// <summary>The command line is wrong: an unknown option, a bad value, a missing argument.</summary>
    Usage = 2,

    /// <summary>
    /// SOURCE, SHARE, MOUNTPOINT or DIR cannot be used: missing, no directory, no MetaFs mount, inside each other.
    /// </summary>
    Share = 3,

    /// <summary>The database cannot be used: locked, not writable, of another share, another user's, on the share itself.</summary>
    Database = 4,

    /// <summary>The kernel or fusermount3 refused the mount, or it never answered.</summary>
    Mount = 5,
}
