using System.CommandLine;
using System.CommandLine.Parsing;

namespace MetaFs.Cli;

/// <summary>
/// File names that .NET and SQLite are given: text, which they write as UTF-8. What is none would become another name.
/// </summary>
internal static class FileNames
{
    /// <summary>What is wrong with the names of files on a command line; null: nothing.</summary>
    public static string? Wrong(CommandResult command)
    {
        bool mounts = command.Command.Name == MountCommand.Name || MountMetafsCommand.IsName(command.Command.Name);
        foreach (SymbolResult child in command.Children)
        {
            // The names are the manual's: they say what can stand there. Where there are two, the file is the last.
            (string? name, Token? token) = child switch
            {
                OptionResult { Tokens: [.., var last] } option => (option.Option.HelpName, last),
                ArgumentResult { Tokens: [.., var last] } argument => (argument.Argument.Name.Split(' ')[^1], last),
                _ => (null, null),
            };
            string? wrong = name switch
            {
                "FILE" or "DATABASE" when token!.Value.Length == 0 => $"{name}: an empty name is no file's",
                "FILE" or "DATABASE" => ByteText.WhyNotUtf8(token!.Value, name),
                "SOURCE" or "MOUNTPOINT" when mounts => ByteText.WhyNotUtf8(token!.Value, name),
                _ => null,
            };
            if (wrong is not null)
                return wrong;
        }

        return null;
    }
}
