using System.Globalization;

namespace MetaFs.Cli.Statistics;

/// <summary>Sizes and spans in three digits or so, for tables.</summary>
internal static class AmountText
{
    /// <summary>"12 us", "3.4 ms".</summary>
    public static string Span(long ns) => ns switch
    {
        0 => "-",
        < 10_000 => Scaled(ns / 1e3, "us", 1),
        < 1_000_000 => Scaled(ns / 1e3, "us", 0),
        < 10_000_000 => Scaled(ns / 1e6, "ms", 1),
        < 1_000_000_000 => Scaled(ns / 1e6, "ms", 0),
        < 10_000_000_000 => Scaled(ns / 1e9, "s", 1),
        _ => Scaled(ns / 1e9, "s", 0),
    };

    /// <summary>"85 MB", by 1024.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => Scaled(bytes, "B", 0),
        < 1 << 20 => Scaled(bytes / 1024.0, "KiB", 0),
        < 1 << 30 => Scaled(bytes / 1048576.0, "MiB", 0),
        _ => Scaled(bytes / 1073741824.0, "GiB", 1),
    };

    /// <summary>"12,345".</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"3 days 4 h", "12 min", "8 s".</summary>
    public static string Uptime(double seconds)
    {
        TimeSpan span = TimeSpan.FromSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(span.Days, span.Hours, span.Minutes) switch
        {
            ( > 0, _, _) => $"{span.Days} d {span.Hours} h",
            (_, > 0, _) => $"{span.Hours} h {span.Minutes} min",
            (_, _, > 0) => $"{span.Minutes} min",
            _ => $"{span.Seconds} s",
        }}");
    }

    /// <summary>"87 %"; "-" of nothing.</summary>
    public static string Share(long part, long all) => all == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / all:0.#} %");

    private static string Scaled(double value, string unit, int digits) =>
        value.ToString(digits == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + unit;
}
