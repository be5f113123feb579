// Times that need all digits, and years that need many
namespace MetaFs.Posix.Cases;

internal static class NanosecondTimesCases
{
    private const long Second = 1_000_000_000;

    private static readonly (string Name, long Time)[] s_times =
    [
        ("TheEpoch", 0),
        ("OneNanosecond", 1),
        ("OneSecond", Second),
        ("NinesOfASecond", 999_999_999),
        ("JustBelowTheEpoch", -1),
        ("In1969", -86_400 * Second + 5),
        ("In1901", -2_147_483_647 * Second),
        ("In2001", 981_173_106 * Second + 123_456_789),
        ("BeforeTheEndOf31Bits", 2_147_483_647 * Second + 999_999_999),
        ("AfterTheEndOf31Bits", 2_147_483_648 * Second),
        ("In2200", 7_258_118_400 * Second + 987_654_321),
    ];

    private static readonly (string Name, uint Type, Need[] Needs)[] s_types =
    [
        ("File", FileMode.S_IFREG, []),
        ("Directory", FileMode.S_IFDIR, []),
        ("Symlink", FileMode.S_IFLNK, [Need.Symlink]),
        ("Fifo", FileMode.S_IFIFO, [Need.Fifo]),
    ];

    public static IEnumerable<Case> OfAFile() => s_times.Select(row => new Case(row.Name, [], d =>
    {
        d.File("file");
        d.Utimens("file", row.Time + 7, row.Time).Ok();
        d.Stat("file").Mtime.Is(row.Time);
        d.Stat("file").Atime.Is(row.Time + 7);
    }));

    public static IEnumerable<Case> OfEveryType() => s_types.Select(row => new Case(row.Name, row.Needs, d =>
    {
        d.Make("it", row.Type);
        foreach ((string name, long time) in s_times)
        {
            d.Row = name;
            d.Utimens("it", time + 7, time, AtFlags.AT_SYMLINK_NOFOLLOW).Ok();
            d.Lstat("it").Mtime.Is(time);
        }
    }));

    public static void SurviveARename(CaseDirectory d)
    {
        d.File("file");
        d.Utimens("file", 123_456_789, 987_654_321).Ok();
        d.Rename("file", "renamed").Ok();
        d.Stat("renamed").Atime.Is(123_456_789);
        d.Stat("renamed").Mtime.Is(987_654_321);
    }

    public static void SurviveReading(CaseDirectory d)
    {
        d.File("file", "content");
        d.Utimens("file", 2 * Second, Second + 1).Ok();
        d.Content("file").Is("content");
        d.Stat("file").Mtime.Is(Second + 1);
    }

    public static void SurviveAnOpenForWriting(CaseDirectory d)
    {
        d.File("file", "content");
        d.Utimens("file", 2 * Second, Second + 1).Ok();
        d.Open("file", O_RDWR).Ok();
        d.Open("file", O_WRONLY | O_APPEND).Ok();
        d.Stat("file").Mtime.Is(Second + 1);
    }

    public static void AreAllThatWasCopied(CaseDirectory d)
    {
        d.File("original", "content");
        d.Utimens("original", 3 * Second + 3, 4 * Second + 4).Ok();
        Status original = d.Stat("original");
        d.File("copy", d.Content("original"));
        d.Utimens("copy", original.Atime, original.Mtime).Ok();
        d.Stat("copy").Mtime.Is(4 * Second + 4);
    }
}
