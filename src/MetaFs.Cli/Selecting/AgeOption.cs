using System.Globalization;

namespace MetaFs.Cli.Selecting;

/// <summary>A moment given as an age ("2d", "90m") or as a date ("2026-11-01", "2026-11-01 12:30").</summary>
internal static class AgeOption
{
    private const long Second = 1_000_000_000;

    /// <summary>What a wrong one is answered with.</summary>
    public const string Form = "an age as 30s, 10m, 12h, 2d, 3w or 1y, or a date as 2026-11-30 or '2026-11-30 12:00'";

    /// <summary>Reads it.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="now">This machine's clock, ns since the epoch.</param>
    /// <param name="moment">ns since the epoch.</param>
    public static bool TryParse(string text, long now, out long moment)
    {
        moment = 0;
        if (text.Length > 1 && UnitOf(text[^1]) is var unit and not 0)
        {
            bool isNumber = double.TryParse(
                text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count);
            isNumber &= double.IsFinite(count);
            double age = count * unit * Second;
            moment = isNumber && age < now ? now - (long)age : 0;
            return isNumber;
        }

        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
        if (!DateTimeOffset.TryParseExact(
                text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset date))
        {
            return false;
        }

        moment = date.ToUnixTimeSeconds() * Second;
        return true;
    }

    private static long UnitOf(char letter) => letter switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        'w' => 7 * 86400,
        'y' => 365 * 86400,
        _ => 0,
    };
}
