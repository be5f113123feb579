using System.Globalization;

namespace MetaFs.Cli.Reports;

/// <summary>Spans of time in the largest unit that leaves no fraction.</summary>
internal static class DurationText
{
    private static readonly (long Ns, string Word)[] s_units =
        [(86_400_000_000_000, "d"), (1_000_000_000, "s"), (1_000_000, "ms"), (1000, "us"), (1, "ns")];

    /// <summary>"100 ns", "2 s".</summary>
    public static string Describe(long ns)
    {
        (long unit, string word) = s_units.First(u => ns % u.Ns == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{(ns == 0 ? 0 : ns / unit)} {word}");
    }
}
