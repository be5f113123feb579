// From words to values; what cannot be read is named together with what could stand there.
using System.Globalization;

namespace MetaFs.ShareSim.Faults;

/// <summary>The values that commands are made of.</summary>
internal static class Words
{
    private static readonly (string Unit, long Nanoseconds)[] s_units =
        [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

    /// <summary>A member of an enumeration, in lower case.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="what">What it should be.</param>
    /// <param name="others">Further words that are valid there; for the message.</param>
    public static T OneOf<T>(string word, string what, params string[] others)
        where T : struct, Enum
    {
        string[] names = Enum.GetNames<T>();
        foreach (string name in names)
        {
            if (Lower(name) == word)
                return Enum.Parse<T>(name);
        }

        throw Unknown(what, word, [.. others, .. names.Select(Lower)]);
    }

    /// <summary>An error number by its name in C.</summary>
    public static Errno Errno(string word) =>
        char.IsLetter(word[0]) && Enum.TryParse(word, out Errno errno) && errno != Linux.Errno.OK
            ? errno
            : throw new SyntaxException($"unknown error '{word}': the names of errno(3), such as EPERM, EIO, ESTALE");

    /// <summary>A length of time in ns: "100ns", "2s", "0".</summary>
    public static long Duration(string word, bool negative = false)
    {
        if (word == "0")
            return 0;
        NumberStyles style = negative ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        foreach ((string unit, long nanoseconds) in s_units)
        {
            if (word.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(
                    word.AsSpan(0, word.Length - unit.Length), style, CultureInfo.InvariantCulture, out long number)
                && Int128.Abs((Int128)number * nanoseconds) <= long.MaxValue)
                return number * nanoseconds;
        }

        throw new SyntaxException($"'{word}' is no duration: a whole number with ns, us, ms or s, such as 100ns or 2s");
    }

    /// <summary>Permission bits in octal.</summary>
    public static uint Mode(string word)
    {
        uint mode = 0;
        foreach (char digit in word)
        {
            if (digit is < '0' or > '7' || mode > FileMode.PermissionMask)
                throw NoMode(word);
            mode = (mode * 8) + (uint)(digit - '0');
        }

        return word.Length > 0 && mode <= FileMode.PermissionMask ? mode : throw NoMode(word);
    }

    /// <summary>A user or group id.</summary>
    public static uint Id(string word) =>
        uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id != uint.MaxValue
            ? id
            : throw new SyntaxException($"'{word}' is no id: a number from 0 to 4294967294");

    /// <summary>A number of 64 bits, decimal or with 0x.</summary>
    public static ulong Number(string word)
    {
        bool hex = word.StartsWith("0x", StringComparison.Ordinal);
        return ulong.TryParse(
            hex ? word.AsSpan(2) : word, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new SyntaxException($"'{word}' is no number of 64 bits: decimal, or hexadecimal with 0x");
    }

    /// <summary>What to say of a word that is none of those which could stand there.</summary>
    public static SyntaxException Unknown(string what, string word, IEnumerable<string> valid) =>
        new($"unknown {what} '{word}': one of {string.Join(", ", valid)}");

    /// <summary>The member's name as commands have it.</summary>
    public static string Lower<T>(T member)
        where T : struct, Enum => Lower(member.ToString());

    private static string Lower(string name) => name.ToLowerInvariant();

    private static SyntaxException NoMode(string word) => new($"'{word}' is no mode: octal, 0 to 7777");
}
