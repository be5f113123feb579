using System.Globalization;

namespace MetaFs.Model.Running;

/// <summary>The words of a command line: a few by place, the others as --name VALUE.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];

    /// <param name="arguments">What came.</param>
    /// <param name="flags">Names without a value.</param>
    /// <param name="valued">Names with one.</param>
    public Options(IReadOnlyList<string> arguments, string[] flags, string[] valued)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
                _words.Add(word);
            else if (flags.Contains(word[2..], StringComparer.Ordinal))
                _values[word[2..]] = "";
            else if (!valued.Contains(word[2..], StringComparer.Ordinal))
                throw new UsageException($"unknown option {word}");
            else if (++i == arguments.Count)
                throw new UsageException($"{word} needs a value");
            else
                _values[word[2..]] = arguments[i];
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Get(string name) => _values.GetValueOrDefault(name);

    public string Required(string name) => Get(name) ?? throw new UsageException($"--{name} is missing");

    public long Number(string name, long otherwise)
    {
        if (Get(name) is not { } text)
            return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new UsageException($"--{name}: not a number: {text}");
    }

    public string[] List(string name) => Get(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The only word without a name.</summary>
    public string Word(string what) =>
        _words is [string word] ? word : throw new UsageException($"name one {what}");

    public void NoWords()
    {
        if (_words is [string first, ..])
            throw new UsageException($"unexpected: {first}");
    }
}
