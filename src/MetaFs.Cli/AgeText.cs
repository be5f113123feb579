using System.Globalization;

namespace MetaFs.Cli;

/// <summary>How long ago, in the words of a person: "3 minutes ago".</summary>
internal static class AgeText
{
    private static readonly (long Seconds, string Unit)[] s_units =
    [
        (365 * 86400L, "year"), (30 * 86400L, "month"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"),
    ];

    /// <summary>The age of <paramref name="then"/> seen from <paramref name="now"/>, both ns since the epoch.</summary>
    public static string Describe(long then, long now)
    {
        // Int128: the two may lie at both ends of the range.
        Int128 difference = (Int128)now - then;
        bool future = difference < 0;
        long seconds = (long)((future ? -difference : difference) / 1_000_000_000);
        if (seconds == 0)
            return "just now";
        foreach ((long size, string unit) in s_units)
        {
            if (seconds < size)
                continue;
            long count = seconds / size;
            string plural = count == 1 ? "" : "s";
            string direction = future ? "from now" : "ago";
            return string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{plural} {direction}");
        }

        return "just now";
    }
}
