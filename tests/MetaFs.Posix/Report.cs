// What is printed: a line per case, or one JSON document.
using System.Text.Json;

namespace MetaFs.Posix;

/// <summary>Counts and prints.</summary>
internal sealed class Report(bool json)
{
    private readonly List<(string Name, string Result, string? Why)> _all = [];
    private string _directory = "";
    private Lacks? _lacks;

    public void Start(string directory, Lacks lacks)
    {
        _directory = directory;
        _lacks = lacks;
        if (json)
            return;
        foreach ((string word, string reason) in lacks.All)
            Console.WriteLine($"# lacks {word}: {reason}");
    }

    /// <param name="one">The case.</param>
    /// <param name="took">Shown where somebody may wonder.</param>
    public void Passed(Case one, TimeSpan took) => Add(
        one.Name, "ok", null, took.TotalSeconds < 1 ? $"ok {one.Name}" : $"ok {one.Name} ({took.TotalSeconds:F1} s)");

    public void Failed(Case one, string why) => Add(one.Name, "not ok", why, $"not ok {one.Name}\n#   {why}");

    public void Skipped(Case one, string why) => Add(one.Name, "skip", why, $"skip {one.Name}: {why}");

    /// <returns>The exit status.</returns>
    public int Finish()
    {
        int failed = Count("not ok");
        if (json)
            PrintJson();
        else
            Console.WriteLine($"{Count("ok")} passed, {failed} failed, {Count("skip")} skipped");
        return failed == 0 ? 0 : 1;
    }

    private void Add(string name, string result, string? why, string line)
    {
        _all.Add((name, result, why));
        if (!json)
            Console.WriteLine(line);
    }

    private int Count(string result) => _all.Count(one => one.Result == result);

    private void PrintJson()
    {
        using Stream output = Console.OpenStandardOutput();
        using Utf8JsonWriter writer = new(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("directory", _directory);
        writer.WriteStartObject("lacks");
        foreach ((string word, string reason) in _lacks!.All)
            writer.WriteString(word, reason);
        writer.WriteEndObject();
        writer.WriteStartArray("cases");
        foreach ((string name, string result, string? why) in _all)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("result", result);
            if (why is not null)
                writer.WriteString("why", why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("passed", Count("ok"));
        writer.WriteNumber("failed", Count("not ok"));
        writer.WriteNumber("skipped", Count("skip"));
        writer.WriteEndObject();
    }
}
