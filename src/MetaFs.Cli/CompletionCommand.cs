using System.CommandLine;
using MetaFs.Cli.Completion;

namespace MetaFs.Cli;

/// <summary><c>metafs completion SHELL</c>: prints what packages install for the shells.</summary>
internal static class CompletionCommand
{
    private const string Bash = "bash";
    private const string Zsh = "zsh";

    private static readonly Argument<string> s_shell = new("SHELL") { Description = "bash, zsh or fish" };

    public static Command Create()
    {
        string[] shells = [Bash, Zsh, "fish"];
        s_shell.CompletionSources.Add(shells);
        s_shell.Validators.Add(result =>
        {
            if (result.Tokens is [var shell] && !shells.Contains(shell.Value))
                result.AddError($"'{ByteText.ForDisplay(shell.Value)}' is none of {string.Join(", ", shells)}");
        });
        var command = new Command("completion", "Print what lets a shell complete metafs") { s_shell };
        command.SetAction(static result =>
        {
            result.InvocationConfiguration.Output.Write(Script(result.GetValue(s_shell)!));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static string Script(string shell)
    {
        RootCommand root = CommandLine.CreateRoot();
        IReadOnlyList<CompletedCommand> commands = CompletedCommand.ReadAll(root);
        IReadOnlyList<CompletedOption> global = CompletedCommand.ReadGlobal(root);
        return shell switch
        {
            Bash => BashCompletion.Write(commands, global),
            Zsh => ZshCompletion.Write(commands, global),
            _ => FishCompletion.Write(commands, global),
        };
    }
}
