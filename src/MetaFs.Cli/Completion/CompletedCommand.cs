// What the shells have to know of the command line, read from the parser's own tables: a new command or option needs no
// word here.
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace MetaFs.Cli.Completion;

/// <summary>What can stand for a value.</summary>
internal enum ValueKind
{
    /// <summary>There is none: a flag.</summary>
    None,

    /// <summary>Anything: nothing is offered.</summary>
    Any,

    /// <summary>A file or directory.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A MetaFs mount, or a directory.</summary>
    Mount,

    /// <summary>A MetaFs mount, a directory or a file.</summary>
    MountOrFile,

    /// <summary>One of a few words.</summary>
    Word,

    /// <summary>A list of mount options.</summary>
    MountOptions,
}

/// <summary>A value of an option, or an argument.</summary>
/// <param name="Name">As the help prints it.</param>
/// <param name="Kind">What it can be.</param>
/// <param name="Words">For <see cref="ValueKind.Word"/>.</param>
internal sealed record CompletedValue(string Name, ValueKind Kind, IReadOnlyList<string> Words);

/// <summary>An option with all its names, dashes included.</summary>
internal sealed record CompletedOption(IReadOnlyList<string> Names, string Description, CompletedValue Value);

/// <summary>A command.</summary>
internal sealed record CompletedCommand(
    string Name, string Description, IReadOnlyList<CompletedOption> Options, IReadOnlyList<CompletedValue> Arguments)
{
    /// <summary>Its last argument, if it has any; where some are files and some are mounts, it can be either.</summary>
    public CompletedValue? LastArgument => Arguments.Count == 0
        ? null
        : Arguments.Any(static a => a.Kind == ValueKind.File) && Arguments.Any(static a => a.Kind == ValueKind.Mount)
            ? Arguments[^1] with { Kind = ValueKind.MountOrFile }
            : Arguments[^1];

    /// <summary>Whether the last argument may be given again and again.</summary>
    public bool Repeats { get; init; }

    /// <summary>The commands of a command line, hidden ones left out.</summary>
    public static IReadOnlyList<CompletedCommand> ReadAll(RootCommand root) =>
        root.Subcommands.Where(static c => !c.Hidden).Select(c => Read(c, root.Options)).ToList();

    /// <summary>The options of a command line without command.</summary>
    public static IReadOnlyList<CompletedOption> ReadGlobal(RootCommand root) =>
        root.Options.Where(static o => !o.Hidden).Select(static o => Read(o)).ToList();

    private static CompletedCommand Read(Command command, IEnumerable<Option> inherited)
    {
        IEnumerable<Option> options = command.Options.Where(static o => !o.Hidden);
        if (!command.Options.OfType<HelpOption>().Any())
            options = options.Concat(inherited.OfType<HelpOption>());

        // Only there is a MOUNTPOINT one to be.
        bool mounts = command.Name == MountCommand.Name;
        List<CompletedValue> arguments = command.Arguments.Where(static a => !a.Hidden).Select(a => new CompletedValue(
            a.Name, Kind(a.Name, a, mounts), Words(a))).ToList();
        return new CompletedCommand(
            command.Name, Text(command), options.Select(static o => Read(o)).ToList(), arguments)
        {
            Repeats = command.Arguments.Count > 0 && command.Arguments[^1].Arity.MaximumNumberOfValues > 1,
        };
    }

    private static CompletedOption Read(Option option)
    {
        string name = option.HelpName ?? option.Name.TrimStart('-');
        ValueKind kind = option is HelpOption || option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0
            ? ValueKind.None
            : Kind(name, option, mounts: false);
        string[] names = [option.Name, .. option.Aliases];
        return new CompletedOption(names, Text(option), new CompletedValue(name, kind, Words(option)));
    }

    // The names are the manual's: they say what can stand there.
    private static ValueKind Kind(string name, Symbol symbol, bool mounts) => name switch
    {
        "OPTION,..." => ValueKind.MountOptions,
        "MOUNTPOINT" => mounts ? ValueKind.Directory : ValueKind.Mount,
        "DIR" or "SHARE" or "SOURCE" => ValueKind.Directory,
        "FILE" or "DATABASE" or "PATH" => ValueKind.File,
        "[MOUNTPOINT] FILE" => ValueKind.MountOrFile,
        _ => Words(symbol).Count > 0 ? ValueKind.Word : ValueKind.Any,
    };

    private static List<string> Words(Symbol symbol) =>
        symbol.GetCompletions(CompletionContext.Empty).Select(static c => c.Label).Where(static w => !w.StartsWith('-'))
            .ToList();

    private static string Text(Symbol symbol) => symbol.Description ?? "";
}
