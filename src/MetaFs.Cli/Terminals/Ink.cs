namespace MetaFs.Cli.Terminals;

/// <summary>Colours where a person looks, nothing elsewhere (https://no-color.org).</summary>
internal readonly record struct Ink(bool IsOn)
{
    /// <summary>For what goes into a file, a pipe or a test.</summary>
    public static Ink None => default;

    /// <summary>For a command's output or messages.</summary>
    public static Ink For(TextWriter writer) => new(
        Terminal.IsTerminal(writer)
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>What a line is about.</summary>
    public string Bold(string text) => Paint(text, "1");

    /// <summary>What is there to be skipped.</summary>
    public string Dim(string text) => Paint(text, "2");

    /// <summary>All is well.</summary>
    public string Good(string text) => Paint(text, "32");

    /// <summary>Worth a look.</summary>
    public string Notable(string text) => Paint(text, "33");

    /// <summary>Somebody has to do something.</summary>
    public string Bad(string text) => Paint(text, "31");

    private string Paint(string text, string code) => IsOn && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
