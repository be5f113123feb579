namespace MetaFs.Mount.Tests.Harness;

/// <summary>Where a check of POSIX behaviour runs.</summary>
public enum Place
{
    /// <summary>No MetaFs: a directory of the machine's disk. What passes here is what POSIX programs expect.</summary>
    Oracle,

    OverPlainDirectory,
    OverTmpfs,
    OverBindfsDeny,
    OverBindfsIgnore,
    OverForeignDirectory,

    /// <summary>Over a plain directory with <c>chown=record,chmod=record,utimens=record</c>: every field is recorded.</summary>
    RecordingEverything,
}

/// <summary>The places of theories.</summary>
public static class Places
{
    /// <summary>Every place, the oracle among them.</summary>
    public static TheoryData<Place> All => [.. Enum.GetValues<Place>()];

    /// <summary>Every place with a mount.</summary>
    public static TheoryData<Place> Mounted => [.. Enum.GetValues<Place>().Where(place => place != Place.Oracle)];

    /// <summary>Every place where several users meet, so where the kernel checks permissions.</summary>
    public static TheoryData<Place> ForEverybody =>
        [.. Enum.GetValues<Place>().Where(place => place != Place.OverForeignDirectory)];

    /// <summary>
    /// Every place whose share is a file system of the kernel: bindfs 1.14 has no fallocate, builds paths of at most
    /// PATH_MAX and hides what is removed while open.
    /// </summary>
    public static TheoryData<Place> OfTheKernel =>
        [.. Enum.GetValues<Place>().Where(place => place is not (Place.OverBindfsDeny or Place.OverBindfsIgnore))];

    /// <summary>Mounts whose share keeps neither owner nor mode.</summary>
    public static TheoryData<Place> Refusing =>
        [Place.OverBindfsDeny, Place.OverBindfsIgnore, Place.OverForeignDirectory, Place.RecordingEverything];
}
