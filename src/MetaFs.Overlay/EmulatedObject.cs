namespace MetaFs.Overlay;

/// <summary>A symbolic link or special file that the share cannot hold: a plain file there, the placeholder, stands for it.</summary>
/// <param name="Type">S_IFMT bits of what it is.</param>
/// <param name="Rdev">Device number in the kernel's 32-bit form; 0 for what is no device.</param>
/// <param name="Target">Where a symbolic link leads, without NUL; null for everything else.</param>
/// <param name="Mtime">The placeholder's mtime when its content was last known to fit, ns.</param>
public sealed record EmulatedObject(uint Type, uint Rdev, byte[]? Target, long Mtime)
{
    /// <summary>The longest target, bytes (PATH_MAX - 1).</summary>
    public const int LongestTarget = 4095;
}

/// <summary>The kinds of object that a share may be unable to hold, as a set.</summary>
[Flags]
public enum ObjectKinds : byte
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Symbolic links.</summary>
    Symlink = 1,

    /// <summary>Fifos.</summary>
    Fifo = 2,

    /// <summary>Sockets.</summary>
    Socket = 4,

    /// <summary>Character devices.</summary>
    CharDevice = 8,

    /// <summary>Block devices.</summary>
    BlockDevice = 16,

    /// <summary>All of them.</summary>
    All = Symlink | Fifo | Socket | CharDevice | BlockDevice,
}
