using System.Globalization;

namespace MetaFs.Cli.Options;

/// <summary>The forms of option values. Strict: what is not exactly of the form is refused, not guessed.</summary>
internal static class OptionValues
{
    // Beyond this a timeout means "for ever" anyway, and it fits every struct of the protocol.
    private const decimal MaxSeconds = 1_000_000_000;

    /// <summary>Octal digits, up to a largest value: "0644", "755".</summary>
    public static bool TryOctal(string text, uint max, out uint value)
    {
        value = 0;
        if (text.Length == 0)
            return false;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7')
                return false;
            value = (value << 3) | (uint)(digit - '0');
            if (value > max)
                return false;
        }

        return true;
    }

    /// <summary>Seconds, a decimal number without sign: "1", "0.5".</summary>
    public static bool TrySeconds(string text, out TimeSpan value)
    {
        value = default;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds)
            || seconds > MaxSeconds)
            return false;
        value = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>A count from 1 to a largest value.</summary>
    public static bool TryCount(string text, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= max;
}
