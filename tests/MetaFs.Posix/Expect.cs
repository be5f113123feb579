// What a case expects, with the source text of the call as the explanation.
using System.Runtime.CompilerServices;

namespace MetaFs.Posix;

/// <summary>Expectations; each throws <see cref="ExpectationException"/> that tells call, expected and got.</summary>
internal static class Expect
{
    /// <summary>The call answered that.</summary>
    public static void Gives(
        this Errno actual, Errno expected, [CallerArgumentExpression(nameof(actual))] string call = "")
    {
        if (actual != expected)
            Fail(call, expected, actual);
    }

    /// <summary>The call succeeded.</summary>
    public static void Ok(this Errno actual, [CallerArgumentExpression(nameof(actual))] string call = "") =>
        Gives(actual, OK, call);

    /// <summary>The value is that.</summary>
    public static void Is<T>(
        this T actual, T expected, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
            Fail(what, expected, actual);
    }

    /// <summary>The permission bits are these.</summary>
    public static void Is(
        this Mode actual, int octalDigits, [CallerArgumentExpression(nameof(actual))] string what = "") =>
        Is<Mode>(actual, octalDigits, what);

    /// <summary>The condition holds.</summary>
    public static void Holds(this bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
            Fail(what, true, false);
    }

    /// <summary>The time is about now; the server's clock, or steps of two seconds, may be behind or ahead.</summary>
    public static void IsNow(this long time, [CallerArgumentExpression(nameof(time))] string what = "")
    {
        const long Tolerance = 3_000_000_000;
        long now = Libc.RealtimeNanoseconds();
        if (Math.Abs(now - time) > Tolerance)
            Fail<object>(what, $"about {now}", time);
    }

    private static void Fail<T>(string what, T expected, T actual) =>
        throw new ExpectationException($"{what}: expected {Show(expected)}, got {Show(actual)}");

    private static string Show<T>(T value) => value switch
    {
        null => "nothing",
        string text => $"'{Shorten(text)}'",
        Errno errno when !Enum.IsDefined(errno) => $"errno {(int)errno}",
        IEnumerable<string> all => Shorten(string.Join(' ', all)),
        _ => value.ToString()!,
    };

    private static string Shorten(string text) => text.Length <= 120 ? text : $"{text[..120]}... ({text.Length})";

    /// <summary>Names and contents are any bytes; a report is printable text.</summary>
    public static string Printable(string text) => string.Concat(text.Select(
        letter => letter is >= ' ' and <= '~' ? letter.ToString() : $"\\x{(int)letter:x2}"));
}
