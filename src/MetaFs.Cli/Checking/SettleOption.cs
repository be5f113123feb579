// --settle: what a person says of renames that neither database nor share can tell.
using System.CommandLine;
using System.Globalization;
using MetaFs.Overlay;

namespace MetaFs.Cli.Checking;

/// <summary><c>--settle NOTE=ANSWER</c>, as often as there are such renames.</summary>
internal static class SettleOption
{
    public static Option<string[]> Create() => new("--settle")
    {
        Description = "ends a rename: renamed, not-renamed or quarantine",
        HelpName = "NOTE=ANSWER",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>What is wrong with the answers, or null.</summary>
    public static string? Trouble(IReadOnlyList<string> answers)
    {
        HashSet<long> seen = [];
        foreach (string answer in answers)
        {
            if (!TryParse(answer, out long note, out _))
                return $"--settle: '{ByteText.ForDisplay(answer)}' is no answer; give NOTE=renamed, NOTE=not-renamed "
                    + "or NOTE=quarantine, with the number of a note";
            if (!seen.Add(note))
                return string.Create(CultureInfo.InvariantCulture, $"--settle: two answers for note {note}");
        }

        return null;
    }

    /// <summary>The answers by the number of the note.</summary>
    public static Dictionary<long, MoveAnswer> Parse(IReadOnlyList<string> answers)
    {
        Dictionary<long, MoveAnswer> parsed = [];
        foreach (string text in answers)
        {
            if (TryParse(text, out long note, out MoveAnswer answer))
                parsed[note] = answer;
        }

        return parsed;
    }

    private static bool TryParse(string text, out long note, out MoveAnswer answer)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        (note, answer) = (0, default);
        if (equals < 0
            || !long.TryParse(text.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out note))
            return false;
        MoveAnswer? known = text[(equals + 1)..] switch
        {
            "renamed" => MoveAnswer.Renamed,
            "not-renamed" => MoveAnswer.NotRenamed,
            "quarantine" => MoveAnswer.Unknown,
            _ => null,
        };
        answer = known ?? default;
        return known is not null;
    }
}
