using System.Globalization;

namespace MetaFs.ShareSim.Faults;

/// <summary>Which of the matching calls a fault concerns, counted from 1: "3", "2..4", "5..".</summary>
internal readonly record struct CallRange(long First, long Last)
{
    public static readonly CallRange Every = new(1, long.MaxValue);

    public bool Has(long number) => number >= First && number <= Last;

    public static CallRange Parse(string text)
    {
        string[] ends = text.Split("..");
        if (ends.Length <= 2 && Number(ends[0], out long first))
        {
            if (ends.Length == 1)
                return new CallRange(first, first);
            if (ends[1].Length == 0)
                return new CallRange(first, long.MaxValue);
            if (Number(ends[1], out long last) && last >= first)
                return new CallRange(first, last);
        }

        throw new SyntaxException($"'{text}' is no range of calls: N, N..M or N.., counted from 1");
    }

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
