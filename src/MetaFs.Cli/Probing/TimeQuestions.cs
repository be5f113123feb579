using MetaFs.Cli.Reports;
using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>utimensat(2).</summary>
internal static class TimeQuestions
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;

    /// <summary>
    /// What is set: 2017, hours apart, so that a unit of a day shows; odd and even seconds, so that one of 2 s does.
    /// </summary>
    internal static IReadOnlyList<long> Times { get; } =
    [
        (1_500_000_001 * Second) + 123_456_789,
        (1_500_000_001 * Second) + 123_456_790,
        (1_500_040_003 * Second) + 987_654_321,
        (1_500_190_007 * Second) + 999_999_999,
        (1_500_190_007 * Second) + 1,
        (1_500_310_010 * Second) + 550_000_000,
    ];

    public static ProbeAnswer Mtime(ProbeSite site) => Try(site, "mtime", static s => s.MtimeNs, Times);

    public static ProbeAnswer Atime(ProbeSite site) => Try(site, "atime", static s => s.AtimeNs, Times);

    /// <summary>1938.</summary>
    public static ProbeAnswer Before1970(ProbeSite site) =>
        Try(site, "before-1970", static s => s.MtimeNs, [-1_000_000_001 * Second, -999_000_000 * Second]);

    /// <summary>2112; unsigned 32-bit seconds end in 2106.</summary>
    public static ProbeAnswer After2106(ProbeSite site) =>
        Try(site, "after-2106", static s => s.MtimeNs, [4_500_000_002 * Second, 4_500_100_000 * Second]);

    /// <summary>mtime after the last close, where nobody changed anything.</summary>
    public static ProbeAnswer AfterClose(ProbeSite site)
    {
        const string Name = "after-close";
        if (!site.IsSlow)
            return ProbeAnswer.Untried("takes 3 s; use --slow");
        long closed;
        using (SafeFd file = site.NewFile(Name, "data"))
            closed = ProbeSite.Look(file).MtimeNs;
        site.Stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(3));
        long later = site.Look(Name).MtimeNs;
        long moved = later - closed;
        return ProbeAnswer.Of(
            Errno.OK, moved == 0, $"moves by about {DurationText.Describe(moved - (moved % Millisecond))}");
    }

    private static ProbeAnswer Try(ProbeSite site, string name, Func<Statx, long> pick, IReadOnlyList<long> times)
    {
        using SafeFd file = site.NewFile(name);
        long before = pick(ProbeSite.Look(file));
        var samples = new TimeSample[times.Count];
        for (int i = 0; i < times.Count; i++)
        {
            var time = Timespec.FromNanoseconds(times[i]);
            Errno errno = Libc.Utimensat(file, CString.Empty, time, time, AtFlags.None);
            if (errno != Errno.OK)
                return ProbeAnswer.Refuses(errno);
            samples[i] = new TimeSample(times[i], pick(ProbeSite.Look(file)));
        }

        return TimeGranularity.Judge(before, samples, FieldText.ShortTime);
    }
}
