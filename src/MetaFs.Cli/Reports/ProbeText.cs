using System.Globalization;
using System.Text;
using MetaFs.Cli.Probing;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs probe</c> prints for people: a table of 80 columns, then the warnings.</summary>
internal static class ProbeText
{
    private const int Width = 79;

    public static string Format(ProbeReport report)
    {
        var text = new StringBuilder();
        text.Append(ByteText.ForDisplay(report.Path)).Append('\n');
        string source = ByteText.ForDisplay(report.Mount.Source);
        text.Append(
            CultureInfo.InvariantCulture, $"  {report.Mount.Type} from {source}, as {FieldText.User(report.Uid)}\n");
        ProbeSection? section = null;
        foreach (ProbeFact fact in report.Facts)
        {
            if (fact.Question.Section != section)
                text.Append('\n').Append(Heading(fact.Question.Section)).Append('\n');
            section = fact.Question.Section;
            Row(text, fact);
        }

        if (report.Warnings.Count > 0)
            text.Append("\nwarnings\n");
        foreach (ProbeWarning warning in report.Warnings)
            Wrap(text, warning.Text, "  ");
        return text.ToString();
    }

    /// <summary>"refuses EPERM", "rounds to 100 ns".</summary>
    internal static string Verdict(ProbeAnswer answer) => answer.Verdict switch
    {
        ProbeVerdict.Refuses => $"refuses {answer.Errno}",
        ProbeVerdict.Rounds => $"rounds to {DurationText.Describe(answer.RoundsToNs)}",
        ProbeVerdict.Untried => "not tried",
        ProbeVerdict verdict => ProbeJson.Word(verdict),
    };

    private static void Row(StringBuilder text, ProbeFact fact)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"  {fact.Question.Label,-25}{Verdict(fact.Answer),-19} {fact.Consequence}");
        text.Append(line.TrimEnd()).Append('\n');
        if (fact.Answer.Detail is { } detail)
            Wrap(text, ByteText.ForDisplay(detail), "      ");
    }

    private static void Wrap(StringBuilder text, string words, string indent)
    {
        int column = 0;
        foreach (string word in words.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }

            string before = column == 0 ? indent : " ";
            text.Append(before).Append(word);
            column += before.Length + word.Length;
        }

        text.Append('\n');
    }

    private static string Heading(ProbeSection section) => section switch
    {
        ProbeSection.Attributes => "owner, mode and times",
        ProbeSection.Objects => "other kinds of files",
        ProbeSection.Xattrs => "extended attributes",
        ProbeSection.Names => "names",
        ProbeSection.Data => "calls",
        ProbeSection.Identity => "identity",
        _ => "files that are open",
    };
}
