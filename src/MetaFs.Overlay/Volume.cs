using System.Globalization;

namespace MetaFs.Overlay;

/// <summary>How a share was seen to treat one kind of call.</summary>
public enum CallTrait : byte
{
    /// <summary>Nothing seen yet.</summary>
    Unknown = 0,

    /// <summary>Kept what it was given.</summary>
    Accepts = 1,

    /// <summary>Answered an errno of the recordable set.</summary>
    Refuses = 2,

    /// <summary>Answered success and changed nothing.</summary>
    Ignores = 3,
}

/// <summary>What a volume was seen to do; kept in the database so that the next mount knows.</summary>
/// <param name="Chown">Owner and group.</param>
/// <param name="Chmod">Permission bits.</param>
/// <param name="Utimens">Times.</param>
/// <param name="FalseBirthTimes">
/// Two names of one inode showed two creation times, so none of them proves anything. Samba answers the oldest of a
/// file's times where its disk has no place for the real one.
/// </param>
/// <param name="Placeholders">Kinds of object that plain files were made to stand for.</param>
public readonly record struct VolumeTraits(
    CallTrait Chown, CallTrait Chmod, CallTrait Utimens, bool FalseBirthTimes = false,
    ObjectKinds Placeholders = ObjectKinds.None);

/// <summary>By what a share is recognised again; st_dev is no part of it, since it changes with every mount.</summary>
/// <param name="FileSystem">Type as in mountinfo: "cifs", "nfs", "ext4", "fuse.bindfs".</param>
/// <param name="Source">
/// Mount source as in mountinfo and the root inside it, e.g. "//server/share" + "/dir"; bytes as Latin-1 free text.
/// </param>
/// <param name="RootIno">Inode number of the directory that is mounted over, or of the submount's root.</param>
/// <param name="RootBirthTime">Its creation time in ns, 0 where the share has none.</param>
/// <param name="RootMoves">
/// Whether the inode number holds no longer than the share is mounted. Said by who looks at the share, never kept.
/// </param>
/// <param name="ByName">
/// Whether its inodes are known by their names, under numbers of ours: <see cref="RootIno"/> is then
/// <see cref="RootByName"/>, and <see cref="Source"/> says which directory of the file system is meant.
/// </param>
public readonly record struct VolumeIdentity(
    string FileSystem, string Source, ulong RootIno, long RootBirthTime, bool RootMoves = false, bool ByName = false)
{
    /// <summary>The number of the root of a volume that is kept by name.</summary>
    public const ulong RootByName = 1;

    /// <summary>For people. The creation time tells apart two directories that had one inode number.</summary>
    public override string ToString()
    {
        string made = RootBirthTime == 0
            ? ""
            : $", made {DateTimeOffset.UnixEpoch.AddTicks(RootBirthTime / 100):yyyy-MM-dd HH:mm:ss.fff}Z";
        return string.Create(CultureInfo.InvariantCulture, $"{FileSystem} {Source} (root inode {RootIno}{made})");
    }
}

/// <summary>A volume's row.</summary>
public sealed record Volume(long Id, VolumeIdentity Identity, VolumeTraits Traits)
{
    /// <summary>Name of the directory at its root where open files wait that have been removed; null: none was needed yet.</summary>
    public string? HiddenDirectory { get; init; }
}
