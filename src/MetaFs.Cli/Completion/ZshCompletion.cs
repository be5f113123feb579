using System.Text;
using MetaFs.Cli.Options;

namespace MetaFs.Cli.Completion;

/// <summary>A completion function for zsh(1), to be the file _metafs in fpath or to be sourced.</summary>
internal static class ZshCompletion
{
    private const string Start = """
        #compdef metafs
        # Completion of metafs(1) for zsh, printed by: metafs completion zsh

        _metafs_mounts() {
            local -a mounts
            mounts=(${(f)"$(findmnt -lno TARGET -t fuse.metafs 2>/dev/null)"})
            (( ${#mounts} )) && compadd -f -a mounts
            _files -/
        }

        _metafs_mounts_and_files() {
            _metafs_mounts
            _files
        }

        _metafs_mount_options() {
            _values -s , 'mount option' \

        """;

    private const string Middle = """
        }

        _metafs() {
            local curcontext=$curcontext state line
            local -a commands
            typeset -A opt_args
            commands=(

        """;

    private const string End = """
                    esac
                    ;;
            esac
        }

        if [[ $funcstack[1] == _metafs ]]; then _metafs "$@"; else compdef _metafs metafs; fi

        """;

    public static string Write(IReadOnlyList<CompletedCommand> commands, IReadOnlyList<CompletedOption> global)
    {
        var script = new StringBuilder(Start);
        script.AppendJoin(" \\\n", MountOptionTable.All.Select(static o => $"        {MountOptionSpec(o)}")).Append('\n');
        script.Append(Middle);
        foreach (CompletedCommand command in commands)
            script.Append($"        {Quote($"{command.Name}:{command.Description}")}\n");
        script.Append("    )\n    _arguments -C \\\n");
        foreach (string spec in global.SelectMany(static o => OptionSpecs(o, alone: true)))
            script.Append($"        {spec} \\\n");
        script.Append("        '1: :->command' '*:: :->arguments'\n    case $state in\n");
        script.Append("        command) _describe -t commands command commands ;;\n");
        script.Append("        arguments)\n            case $words[1] in\n");
        foreach (CompletedCommand command in commands)
        {
            IEnumerable<string> specs = command.Options.SelectMany(static o => OptionSpecs(o, alone: false))
                .Concat(ArgumentSpecs(command));
            script.Append($"                {command.Name})\n                    _arguments -s \\\n");
            script.AppendJoin(" \\\n", specs.Select(static s => $"                        {s}")).Append('\n');
            script.Append("                    ;;\n");
        }

        return script.Append(End).ToString();
    }

    private static string MountOptionSpec(MountOption option)
    {
        string name = $"{option.Name}[{Escape(option.Help)}]";
        string value = option.Form switch
        {
            null => "",
            "USER" => ":user:_users",
            "GROUP" => ":group:_groups",
            "FILE" => ":file:_files",
            _ when CompletedMountOptions.Values(option) is { Count: > 0 } words => $":value:({string.Join(' ', words)})",
            _ => $":{Escape(option.Form)}: ",
        };
        return Quote(name + value);
    }

    private static IEnumerable<string> OptionSpecs(CompletedOption option, bool alone)
    {
        string value = option.Value.Kind == ValueKind.None
            ? ""
            : $":{Escape(option.Value.Name)}:{Action(option.Value)}";

        // "*": may come again; "(- *)": nothing else makes sense beside it.
        string front = alone ? "(- *)" : option.Value.Kind == ValueKind.MountOptions ? "*" : "";
        foreach (string name in option.Names)
            yield return Quote($"{front}{name}[{Escape(option.Description)}]{value}");
    }

    private static IEnumerable<string> ArgumentSpecs(CompletedCommand command)
    {
        for (int i = 0; i < command.Arguments.Count; i++)
        {
            CompletedValue argument = command.Arguments[i];
            bool last = i == command.Arguments.Count - 1;
            string place = last && command.Repeats ? "*" : $"{i + 1}";
            yield return Quote($"{place}:{Escape(argument.Name)}:{Action(argument)}");
        }
    }

    private static string Action(CompletedValue value) => value.Kind switch
    {
        ValueKind.File => "_files",
        ValueKind.Directory => "_files -/",
        ValueKind.Mount => "_metafs_mounts",
        ValueKind.MountOrFile => "_metafs_mounts_and_files",
        ValueKind.MountOptions => "_metafs_mount_options",
        ValueKind.Word => $"({string.Join(' ', value.Words)})",
        _ => " ",
    };

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)
        .Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
