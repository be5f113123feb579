namespace MetaFs.Overlay.Tests.Harness;

/// <summary>Records for tests, and their comparison: the hint's name by its bytes.</summary>
internal static class Samples
{
    public const uint RegularFile = 0x8000;

    public static VolumeIdentity Share { get; } = new("cifs", "//server/share/dir", 2, 1_600_000_000_123_456_700);

    public static Reason Refused { get; } = new(ReasonKind.Refused, 1);

    public static InodeRecord Owner(uint uid) => new()
    {
        Guard = new InodeGuard(RegularFile, GuardKind.None, 0),
        Uid = new IdValue(uid, Refused),
    };

    public static InodeRecord Named(ulong parent, ReadOnlySpan<byte> name) =>
        Owner(7) with { Hint = new PathHint(parent, name.ToArray()) };

    /// <summary>Every field set.</summary>
    public static InodeRecord Full() => new()
    {
        Guard = new InodeGuard(RegularFile, GuardKind.BirthTime, 1_700_000_000_000_000_001),
        Uid = new IdValue(1000, Refused),
        Gid = new IdValue(33, new Reason(ReasonKind.Ignored)),
        Mode = new ModeValue(0x9ED, new Reason(ReasonKind.Kept)),
        Atime = new TimeValue(-1, new Reason(ReasonKind.Rounded)),
        Mtime = new TimeValue(7_258_118_400_000_000_000, new Reason(ReasonKind.Option)),
        Witness = new TimeWitness(1, 2, 3, 4, 5),
        Ctime = 6,
        SetAt = 7,
        Hint = new PathHint(8, "name"u8.ToArray()),
    };

    public static void AssertSame(InodeRecord expected, InodeRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Hint.Parent, actual.Hint.Parent);
        Assert.Equal(expected.Hint.Name, actual.Hint.Name);
        Assert.Equal(expected.Object?.Target, actual.Object?.Target);
        Assert.Equal(expected.Object is null, actual.Object is null);
        Assert.Equal(Flat(expected), Flat(actual));
    }

    // Without what records compare by reference.
    private static InodeRecord Flat(InodeRecord record) =>
        record with { Hint = default, Object = record.Object is { } item ? item with { Target = null } : null };

    /// <summary>A record of something that the share has a plain file for.</summary>
    public static InodeRecord Emulated(uint type, uint rdev, byte[]? target) => Full() with
    {
        Guard = new InodeGuard(type, GuardKind.None, 0),
        Object = new EmulatedObject(type, rdev, target, 9),
    };

    public static InodeRecord? Read(SqliteOverlayStore store, InodeKey key)
    {
        OverlayStatus status = store.Get(key, out InodeRecord? record);
        Assert.Equal(record is null ? OverlayStatus.NotFound : OverlayStatus.Ok, status);
        return record;
    }

    public static void AssertSays(string expected, string? message) =>
        Assert.Contains(expected, message, StringComparison.Ordinal);

    public static void AssertOk(OverlayStatus status) => Assert.Equal(OverlayStatus.Ok, status);
}
