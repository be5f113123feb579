using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Reports;
using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary><c>metafs version</c>: what a bug report needs.</summary>
internal static class VersionCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    /// <summary>The program's version, with the commit after '+' where the build knew it.</summary>
    public static string ProgramVersion { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "0";

    public static Command Create()
    {
        var command = new Command("version", "Show versions: program, runtime, SQLite, FUSE protocol") { s_json };
        command.SetAction(static result =>
        {
            Write(result.InvocationConfiguration.Output, result.GetValue(s_json));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Write(TextWriter output, bool json)
    {
        (string Key, string Label, string Value)[] rows =
        [
            ("version", "metafs", ProgramVersion),
            ("runtime", "runtime", RuntimeInformation.FrameworkDescription),
            ("architecture", "machine", RuntimeInformation.ProcessArchitecture.ToString()),
            ("sqlite", "SQLite", SqliteNative.Version),
            ("sqlite_library", "  from", SqliteNative.Library),
            ("fuse_protocol", "FUSE", "7.31 to 7.45"),
        ];
        if (!json)
        {
            foreach ((_, string label, string value) in rows)
                output.WriteLine($"{label,-10}{value}");
            return;
        }

        output.WriteLine(JsonValues.Object(
            writer =>
            {
                foreach ((string key, _, string value) in rows)
                    writer.WriteString(key, value);
            },
            isIndented: true));
    }
}
