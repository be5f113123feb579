namespace MetaFs.Model.State;

/// <summary>The directories that all actors share, below the directory of the run.</summary>
internal static class SharedDirectories
{
    /// <summary>The group of the set-group-ID directory.</summary>
    public const uint Group = 4242;

    public static readonly (string Name, uint Permissions, uint Gid)[] All =
    [
        ("plain", 0x1FF, 0),                                  // 0777
        ("sticky", FileMode.S_ISVTX | 0x1FF, 0),              // 1777
        ("setgid", FileMode.S_ISGID | 0x1FF, Group),          // 2777
    ];
}
