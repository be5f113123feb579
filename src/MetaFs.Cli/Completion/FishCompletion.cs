using System.Text;
using MetaFs.Cli.Options;

namespace MetaFs.Cli.Completion;

/// <summary>Completions for fish(1).</summary>
internal static class FishCompletion
{
    private const string Start = """
        # Completion of metafs(1) for fish, printed by: metafs completion fish

        function __metafs_mounts
            findmnt -lno TARGET -t fuse.metafs 2>/dev/null
            __fish_complete_directories
        end

        # The words of a list behind -o, each after what stands before the last comma.
        function __metafs_mount_options
            set -l list (string match -r '^.*,' -- (commandline -ct))
            printf "$list%s\t%s\n" \

        """;

    private const string Middle = """
            for user in (__fish_complete_users)
                printf "$list%s\n" uid=$user
            end
            for group in (__fish_complete_groups)
                printf "$list%s\n" gid=$group
            end
        end

        complete -c metafs -f

        """;

    public static string Write(IReadOnlyList<CompletedCommand> commands, IReadOnlyList<CompletedOption> global)
    {
        var script = new StringBuilder(Start);
        script.AppendJoin(" \\\n", MountOptionTable.All.SelectMany(MountOptionWords)).Append('\n');
        script.Append(Middle);
        foreach (CompletedOption option in global)
            AppendOption(script, "__fish_use_subcommand", option);
        foreach (CompletedCommand command in commands)
        {
            string seen = $"__fish_seen_subcommand_from {command.Name}";
            script.Append(
                $"complete -c metafs -n __fish_use_subcommand -a {command.Name} -d {Quote(command.Description)}\n");
            foreach (CompletedOption option in command.Options)
                AppendOption(script, seen, option);
            if (command.LastArgument is { } argument && Candidates(argument) is { Length: > 0 } candidates)
                script.Append($"complete -c metafs -n {Quote(seen)} {candidates}\n");
        }

        return script.ToString();
    }

    private static IEnumerable<string> MountOptionWords(MountOption option)
    {
        IReadOnlyList<string> values = CompletedMountOptions.Values(option);
        string typed = CompletedMountOptions.Typed(option);
        foreach (string value in values.Count == 0 ? [""] : values)
            yield return $"        {Quote(typed + value)} {Quote(option.Help)}";
    }

    private static void AppendOption(StringBuilder script, string condition, CompletedOption option)
    {
        script.Append($"complete -c metafs -n {Quote(condition)}");
        foreach (string name in option.Names)
        {
            string form = name.StartsWith("--", StringComparison.Ordinal) ? "-l" : "-s";
            script.Append($" {form} {name.TrimStart('-')}");
        }

        if (option.Value.Kind != ValueKind.None)
            script.Append(" -r");
        if (Candidates(option.Value) is { Length: > 0 } candidates)
            script.Append($" {candidates}");
        script.Append($" -d {Quote(option.Description)}\n");
    }

    private static string Candidates(CompletedValue value) => value.Kind switch
    {
        ValueKind.File => "-F",
        ValueKind.Directory => "-a '(__fish_complete_directories)'",
        ValueKind.Mount => "-a '(__metafs_mounts)'",
        ValueKind.MountOrFile => "-F -a '(__metafs_mounts)'",
        ValueKind.MountOptions => "-a '(__metafs_mount_options)'",
        ValueKind.Word => $"-a {Quote(string.Join(' ', value.Words))}",
        _ => "",
    };

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
