namespace MetaFs.Overlay;

/// <summary>Names one inode: the volume's id in this database and the share's inode number, all 64 bits.</summary>
public readonly record struct InodeKey(long Volume, ulong Ino);

/// <summary>Where an inode was last seen: its directory's inode number and its name there; bytes, no NUL.</summary>
/// <remarks>A hint for people and for repair, never an identity. Equal to default where nothing is known.</remarks>
public readonly record struct PathHint(ulong Parent, byte[]? Name);
