using MetaFs.Overlay;

namespace MetaFs.Cli.Checking;

/// <summary>What <c>metafs fsck</c> can find.</summary>
internal enum FindingKind
{
    /// <summary>SQLite says that the file is damaged. A problem.</summary>
    DamagedDatabase,

    /// <summary>A row has an impossible value, so its file answers EIO. A problem.</summary>
    DamagedRecord,

    /// <summary>A record of a volume that the database does not know. A problem.</summary>
    UnknownVolume,

    /// <summary>The file that a record was made for is gone; nobody is shown the record.</summary>
    Leftover,

    /// <summary>The inode number belongs to another file now; its next look-up takes the record out of service.</summary>
    ReusedInode,

    /// <summary>The data changed after times were recorded; the next look-up drops the times.</summary>
    VoidTimes,

    /// <summary>The file has another name than the record remembers; the next look-up corrects it.</summary>
    MovedFile,

    /// <summary>Whether a rename has happened was not noted; the next mount looks.</summary>
    PendingRename,

    /// <summary>The same, but the share does not tell, so both names are EIO. A problem.</summary>
    UnsettledRename,

    /// <summary>Part of the share could not be read, so its records cannot be judged.</summary>
    Unreadable,
}

/// <summary>One finding.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">The record; null where it is not about one.</param>
/// <param name="Path">Below the share's root, bytes, where known.</param>
/// <param name="Detail">A clause for people.</param>
internal sealed record Finding(FindingKind Kind, InodeKey? Key, byte[]? Path, string Detail)
{
    /// <summary>The record, where it can be read.</summary>
    public InodeRecord? Record { get; init; }

    /// <summary>Where the file is, for one that was moved.</summary>
    public PathHint? Place { get; init; }

    /// <summary>The note of a rename.</summary>
    public PendingMove? Move { get; init; }

    /// <summary>Its names in the one form of a share that ignores case; null: it tells case apart.</summary>
    public (byte[] From, byte[] To)? Forms { get; init; }

    /// <summary>Whether a repair has something to do.</summary>
    public bool IsRepairable => Key is not null && Kind is not (FindingKind.Unreadable or FindingKind.DamagedDatabase);

    /// <summary>Whether somebody has to do something; the rest is harmless and settles itself.</summary>
    public bool IsProblem => IsProblemKind(Kind);

    /// <summary>The same of all findings of a kind.</summary>
    public static bool IsProblemKind(FindingKind kind) =>
        kind is FindingKind.DamagedDatabase or FindingKind.DamagedRecord or FindingKind.UnknownVolume
            or FindingKind.UnsettledRename;
}
