using System.Text;
using MetaFs.Cli.Options;

namespace MetaFs.Cli.Completion;

/// <summary>A completion function for bash(1); needs no bash-completion package.</summary>
internal static class BashCompletion
{
    private const string Start = """
        # Completion of metafs(1) for bash, printed by: metafs completion bash

        _metafs_files() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
        }

        _metafs_mounts() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(
                compgen -W "$(findmnt -lno TARGET -t fuse.metafs 2>/dev/null)" -- "$2"
                compgen "$1" -- "$2"
            )
        }

        # One word of a list behind -o. Bash splits words at '=' too, and replaces only what follows the last one.
        _metafs_mount_options() {
            local token=$1 list='' word=${1##*,} strip
            [[ $token != *,* ]] || list=${token%,*},
            strip=${token%"${token##*[=:]}"}
            case $word in

        """;

    private const string Middle = """
            esac
            COMPREPLY=("${COMPREPLY[@]/#/$list}")
            COMPREPLY=("${COMPREPLY[@]#"$strip"}")
            compopt -o nospace 2>/dev/null
        }

        _metafs() {
            local cur=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} command='' options arguments i
            local token=${line##*[[:space:]]} previous
            previous=${line%"$token"}
            previous=${previous%"${previous##*[![:space:]]}"}
            previous=${previous##*[[:space:]]}
            COMPREPLY=()
            for ((i = 1; i < COMP_CWORD; i++)); do
                if [[ ${COMP_WORDS[i]} != -* ]]; then
                    command=${COMP_WORDS[i]}
                    break
                fi
            done

        """;

    private const string End = """
            esac
            if [[ $cur == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
                return
            fi
            case $arguments in
                file) _metafs_files -f "$cur" ;;
                directory) _metafs_files -d "$cur" ;;
                mount) _metafs_mounts -d "$cur" ;;
                either) _metafs_mounts -f "$cur" ;;
                ?*) mapfile -t COMPREPLY < <(compgen -W "$arguments" -- "$cur") ;;
            esac
        }

        complete -F _metafs metafs

        """;

    public static string Write(IReadOnlyList<CompletedCommand> commands, IReadOnlyList<CompletedOption> global)
    {
        var script = new StringBuilder(Start);
        foreach (MountOption option in MountOptionTable.All.Where(static o => o.Form is not null))
            script.Append($"        {option.Name}=*) {MountOptionValues(option)} ;;\n");
        string words = string.Join(' ', MountOptionTable.All.Select(CompletedMountOptions.Typed));
        script.Append($"        *) mapfile -t COMPREPLY < <(compgen -W '{words}' -- \"$word\") ;;\n");
        script.Append(Middle);
        script.Append("    case $command:$previous in\n");
        foreach (CompletedCommand command in commands)
        {
            foreach (CompletedOption option in command.Options.Where(static o => o.Value.Kind != ValueKind.None))
            {
                foreach (string name in option.Names)
                    script.Append($"        {command.Name}:{name}) {OptionValue(option.Value)}; return ;;\n");
            }
        }

        script.Append("    esac\n    case $command in\n");
        string first = string.Join(' ', commands.Select(static c => c.Name));
        script.Append($"        '') options='{Names(global)}' arguments='{first}' ;;\n");
        foreach (CompletedCommand command in commands)
        {
            script.Append(
                $"        {command.Name}) options='{Names(command.Options)}' arguments='{Argument(command)}' ;;\n");
        }

        return script.Append("        *) return ;;\n").Append(End).ToString();
    }

    private static string MountOptionValues(MountOption option)
    {
        string generate = option.Form switch
        {
            "USER" => "-u",
            "GROUP" => "-g",
            "FILE" => "-f",
            _ => $"-W '{string.Join(' ', CompletedMountOptions.Values(option))}'",
        };
        return $"mapfile -t COMPREPLY < <(compgen -P {option.Name}= {generate} -- \"${{word#*=}}\")";
    }

    private static string OptionValue(CompletedValue value) => value.Kind switch
    {
        ValueKind.File => "_metafs_files -f \"$cur\"",
        ValueKind.Directory => "_metafs_files -d \"$cur\"",
        ValueKind.Mount => "_metafs_mounts -d \"$cur\"",
        ValueKind.MountOrFile => "_metafs_mounts -f \"$cur\"",
        ValueKind.MountOptions => "_metafs_mount_options \"$token\"",
        ValueKind.Word => $"mapfile -t COMPREPLY < <(compgen -W '{string.Join(' ', value.Words)}' -- \"$cur\")",
        _ => ":",
    };

    // Which argument it is does not matter much: where there are two, both are directories, or either is offered.
    private static string Argument(CompletedCommand command) => command.LastArgument switch
    {
        null => "",
        { Kind: ValueKind.File } => "file",
        { Kind: ValueKind.Directory } => "directory",
        { Kind: ValueKind.Mount } => "mount",
        { Kind: ValueKind.MountOrFile } => "either",
        { } other => string.Join(' ', other.Words),
    };

    private static string Names(IEnumerable<CompletedOption> options) =>
        string.Join(' ', options.SelectMany(static o => o.Names));
}
