namespace MetaFs.Overlay;

/// <summary>Decides whether two sightings of a share are one volume.</summary>
/// <remarks>
/// Type and root inode number must agree, the latter where numbers are kept. The root's creation time then proves it,
/// even where the source has another name (a server by address instead of name). Where either side has none, the source
/// has to be the same text. On SMB the same text is enough: Samba shows the oldest of a directory's times as its
/// creation time until somebody sets one, and nobody creates a share's root through SMB. The guard of each record still
/// tells another share's files apart.
/// </remarks>
internal static class VolumeMatch
{
    /// <summary>The row of a share, one with the same source first; null: not met before.</summary>
    public static Volume? Find(IReadOnlyList<Volume> volumes, in VolumeIdentity seen)
    {
        Volume? found = null;
        foreach (Volume volume in volumes)
        {
            if (!IsSame(volume.Identity, seen, volume.Traits.FalseBirthTimes))
                continue;
            if (volume.Identity.Source == seen.Source)
                return volume;
            found ??= volume;
        }

        return found;
    }

    /// <summary>
    /// What to keep of a share met again: its present source and root, and a birth time once there was one.
    /// </summary>
    public static VolumeIdentity Merge(in VolumeIdentity known, in VolumeIdentity seen) =>
        Kept(seen.RootBirthTime != 0 ? seen : seen with { RootBirthTime = known.RootBirthTime });

    /// <summary>What to keep of a share met for the first time.</summary>
    public static VolumeIdentity Kept(in VolumeIdentity seen) => seen with { RootMoves = false };

    private static bool IsSame(in VolumeIdentity known, in VolumeIdentity seen, bool ignoreBirthTimes)
    {
        if (known.ByName != seen.ByName || known.FileSystem != seen.FileSystem || (known.RootIno != seen.RootIno && !seen.RootMoves))
            return false;
        if (known.Source == seen.Source && known.FileSystem is ("cifs" or "smb3"))
            return true;
        return known.RootBirthTime != 0 && seen.RootBirthTime != 0 && !ignoreBirthTimes
            ? known.RootBirthTime == seen.RootBirthTime
            : known.Source == seen.Source;
    }
}
