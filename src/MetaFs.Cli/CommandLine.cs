// The verbs, what argv needs before the parser sees it, and how errors become messages and exit codes.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MetaFs.Cli.Options;

namespace MetaFs.Cli;

/// <summary>The program from arguments to exit code.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration s_parser = new()
    {
        // A path may begin with '@'.
        ResponseFileTokenReplacer = null,
    };

    // Options and arguments are in static fields of their commands, and each tree of commands notes itself in them
    // (Symbol.AddParent of System.CommandLine, a list without a lock). A process needs one tree, but tests run several at once:
    // a parse during another's building once came to nothing.
    private static readonly Lock s_symbols = new();

    /// <summary>Runs one command.</summary>
    /// <param name="args">As Main has them.</param>
    /// <param name="output">Where results go; null: standard output.</param>
    /// <param name="error">Where messages go; null: standard error.</param>
    /// <param name="program">The name that the program was called by; mount.metafs and the like are commands.</param>
    public static ExitCode Run(
        string[] args, TextWriter? output = null, TextWriter? error = null, string program = "metafs")
    {
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,

            // The parser's own handling of SIGTERM would end a mount without unmounting it.
            ProcessTerminationTimeout = null,
        };

        // Left alone where not needed: Console keeps a duplicate of the terminal open, which a daemon must not.
        if (output is not null)
            invocation.Output = output;
        if (error is not null)
            invocation.Error = error;
        try
        {
            args = RawArguments.Recover(args);
            ParseResult result;
            lock (s_symbols)
            {
                result = MountMetafsCommand.IsName(program)
                    ? MountMetafsCommand.Create(program).Parse(ArgumentForms.SplitOptionLists(args), s_parser)
                    : CreateRoot().Parse(ArgumentForms.Normalize(args), s_parser);
            }

            string? wrong = UnknownOption(result, args) ?? FileNames.Wrong(result.CommandResult);
            if (wrong is null && result.Action is ParseErrorAction)
                wrong = DescribeError(result, result.CommandResult.Command);
            return wrong is null ? (ExitCode)result.Invoke(invocation) : ReportUsage(result, invocation.Error, wrong);
        }
        catch (CliException e)
        {
            invocation.Error.WriteLine($"{JournalStream.ErrorPrefix}metafs: {e.Message}");
            return e.Code;
        }
        catch (IOException e)
        {
            // Files are named where they are used; what is left is where results go.
            invocation.Error.WriteLine($"{JournalStream.ErrorPrefix}metafs: {FileErrors.OfStandardOutput(e)}");
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            invocation.Error.WriteLine($"{JournalStream.ErrorPrefix}metafs: internal error, please report it: {e}");
            return ExitCode.Failure;
        }
    }

    /// <summary>All commands with their options.</summary>
    internal static RootCommand CreateRoot()
    {
        lock (s_symbols)
            return MakeRoot();
    }

    private static RootCommand MakeRoot()
    {
        var root = new RootCommand("Keeps owners, modes and times that a share cannot keep, for every program.");

        // The parser's help also answers to "/h" and "/?", which are paths here.
        for (int i = root.Options.Count - 1; i >= 0; i--)
        {
            if (root.Options[i] is HelpOption or VersionOption)
                root.Options.RemoveAt(i);
        }

        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show help and usage" });
        root.Options.Add(new VersionOption("--version")
        {
            Description = "Show the version",
            Action = new VersionLine(),
        });
        root.Subcommands.Add(MountCommand.Create());
        root.Subcommands.Add(UnmountCommand.Create());
        root.Subcommands.Add(ShowCommand.Create());
        root.Subcommands.Add(ListCommand.Create());
        root.Subcommands.Add(DiffCommand.Create());
        root.Subcommands.Add(StatsCommand.Create());
        root.Subcommands.Add(FsckCommand.Create());
        root.Subcommands.Add(PruneCommand.Create());
        root.Subcommands.Add(BackupCommand.Create());
        root.Subcommands.Add(RebindCommand.Create());
        root.Subcommands.Add(ExportCommand.Create());
        root.Subcommands.Add(ImportCommand.Create());
        root.Subcommands.Add(ApplyCommand.Create());
        root.Subcommands.Add(ProbeCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(VersionCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create());
        return root;
    }

    private static ExitCode ReportUsage(ParseResult result, TextWriter error, string what)
    {
        Command command = result.CommandResult.Command;
        string topic = command is RootCommand || MountMetafsCommand.IsName(command.Name)
            ? command is RootCommand ? "metafs" : command.Name
            : $"metafs {command.Name}";
        error.WriteLine($"{JournalStream.ErrorPrefix}metafs: {ByteText.ForDisplay(what)} (see {topic} --help)");
        return ExitCode.Usage;
    }

    private static string DescribeError(ParseResult result, Command command)
    {
        if (command is RootCommand root)
        {
            if (result.UnmatchedTokens.Count == 0)
                return "a command is required: " + string.Join(", ", CommandNames(root));
            string word = result.UnmatchedTokens[0];
            string? nearest = NearestWord.Find(word, CommandNames(root));
            return $"unknown command '{word}'" + (nearest is null ? "" : $"; did you mean '{nearest}'?");
        }

        return result.Errors.Count > 0 ? result.Errors[0].Message.TrimEnd('.') : "bad command line";
    }

    // The parser takes an option that it does not know for a path. One that begins with '-' comes after "--".
    private static string? UnknownOption(ParseResult result, string[] args)
    {
        int end = Array.IndexOf(args, "--");
        string[] paths = end < 0 ? [] : args[end..];
        Command command = result.CommandResult.Command;
        foreach (ArgumentResult argument in result.CommandResult.Children.OfType<ArgumentResult>())
        {
            foreach (Token token in argument.Tokens)
            {
                string word = token.Value;
                if (word.Length < 2 || word[0] != '-' || paths.Contains(word))
                    continue;
                string? nearest = NearestWord.Find(word, command.Options.Select(static o => o.Name));
                return $"unknown option '{word}'"
                    + (nearest is null ? "; a path that begins with '-' comes after --" : $"; did you mean '{nearest}'?");
            }
        }

        return null;
    }

    private static IEnumerable<string> CommandNames(RootCommand root) =>
        root.Subcommands.Where(static c => !c.Hidden).Select(static c => c.Name);

    private sealed class VersionLine : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"metafs {VersionCommand.ProgramVersion}");
            return (int)ExitCode.Ok;
        }
    }
}
