using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Doctoring;
using MetaFs.Cli.Terminals;

namespace MetaFs.Cli.Reports;

/// <summary>What <c>metafs doctor</c> prints.</summary>
internal static class DoctorReport
{
    private const int Width = 79;
    private const int Indent = 24;

    /// <summary>For people: a line or more for each, then the sums.</summary>
    public static string Text(IReadOnlyList<Diagnosis> diagnoses, Ink ink)
    {
        var text = new StringBuilder();
        foreach (Diagnosis diagnosis in diagnoses)
        {
            string word = Word(diagnosis.Health).PadRight(5);
            text.Append(diagnosis.Health switch
            {
                Health.Ok => ink.Good(word),
                Health.Warn => ink.Notable(word),
                _ => ink.Bad(word),
            });
            text.Append(' ').Append(diagnosis.Name.PadRight(Indent - 7)).Append(' ');
            Wrap(text, ByteText.ForDisplay(diagnosis.Detail), "");
            if (diagnosis.Cure is { } cure)
            {
                text.Append(' ', Indent);
                Wrap(text, ByteText.ForDisplay(cure), "-> ");
            }
        }

        int warnings = diagnoses.Count(static d => d.Health == Health.Warn);
        int failures = diagnoses.Count(static d => d.Health == Health.Fail);
        text.Append('\n').Append(
            failures > 0 ? ink.Bad(Counted(failures, "failure")) : warnings > 0 ? "no failure" : ink.Good("all is well"));
        if (warnings > 0)
            text.Append(", ").Append(ink.Notable(Counted(warnings, "warning")));
        return text.Append('\n').ToString();
    }

    /// <summary>For programs: one object.</summary>
    public static string Json(IReadOnlyList<Diagnosis> diagnoses)
    {
        return JsonValues.Object(json =>
        {
            json.WriteStartArray("checks");
            foreach (Diagnosis diagnosis in diagnoses)
            {
                json.WriteStartObject();
                json.WriteString("name", diagnosis.Name);
                json.WriteString("status", Word(diagnosis.Health));
                json.WriteString("detail", ByteText.ForDisplay(diagnosis.Detail));
                if (diagnosis.Cure is not null)
                    json.WriteString("cure", ByteText.ForDisplay(diagnosis.Cure));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("warnings", diagnoses.Count(static d => d.Health == Health.Warn));
            json.WriteNumber("failures", diagnoses.Count(static d => d.Health == Health.Fail));
        });
    }

    private static string Word(Health health) => health switch
    {
        Health.Ok => "ok",
        Health.Warn => "warn",
        _ => "fail",
    };

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    // The first line begins where the caller has come to, the others below it.
    private static void Wrap(StringBuilder text, string words, string lead)
    {
        int column = Indent + lead.Length;
        bool isFirst = true;
        text.Append(lead);
        foreach (string word in words.Split(' '))
        {
            if (!isFirst && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', Indent + lead.Length);
                column = Indent + lead.Length;
                isFirst = true;
            }

            if (!isFirst)
                text.Append(' ');
            text.Append(word);
            column += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        text.Append('\n');
    }
}
