// Volumes to and from the columns of OverlaySchema.AllVolumes.
namespace MetaFs.Overlay;

/// <summary>Reads the volumes; a database has a handful of them.</summary>
internal static class VolumeRow
{
    /// <summary>All volumes by id.</summary>
    public static List<Volume> ReadAll(SqliteDatabase database)
    {
        using SqliteStatement row = database.PrepareForCaller(OverlaySchema.AllVolumes);
        List<Volume> volumes = [];
        while (database.Query(row))
        {
            VolumeIdentity identity = new(
                row.Text(1), row.Text(2), unchecked((ulong)row.Integer(3)), row.Integer(4),
                ByName: row.Integer(11) != 0);
            VolumeTraits traits = new(
                Trait(row.Integer(5)), Trait(row.Integer(6)), Trait(row.Integer(7)), row.Integer(8) != 0,
                (ObjectKinds)row.Integer(9) & ObjectKinds.All);
            volumes.Add(new Volume(row.Integer(0), identity, traits)
            {
                HiddenDirectory = row.Text(10) is { Length: > 0 } hidden ? hidden : null,
            });
        }

        return volumes;
    }

    // What is out of range counts as not seen yet: it will be learnt again.
    private static CallTrait Trait(long stored) =>
        stored is >= 0 and <= (long)CallTrait.Ignores ? (CallTrait)stored : CallTrait.Unknown;
}
