namespace MetaFs.Mount.Tests.Harness;

/// <summary>Modes as they are written everywhere else: <c>Oct(4755)</c> is the C literal 04755.</summary>
internal static class Octal
{
    public static uint Oct(int digits)
    {
        uint value = 0;
        foreach (char digit in digits.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            if (digit > '7')
                throw new ArgumentOutOfRangeException(nameof(digits));
            value = value * 8 + (uint)(digit - '0');
        }

        return value;
    }
}
