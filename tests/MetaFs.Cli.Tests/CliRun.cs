using System.Diagnostics;

namespace MetaFs.Cli.Tests;

/// <summary>One run of the program and what came of it.</summary>
internal sealed record CliRun(ExitCode Code, string Output, string Error)
{
    /// <summary>Runs a command in this process: for what ends before a mount begins.</summary>
    public static CliRun Inside(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        ExitCode code = CommandLine.Run(args, output, error);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the built program.</summary>
    /// <param name="byHost">Whether as "dotnet metafs.dll" instead of "metafs".</param>
    /// <param name="args">Its arguments.</param>
    public static CliRun Outside(bool byHost, params string[] args)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "metafs");
        return byHost ? Of("dotnet", [program + ".dll", .. args]) : Of(program, args);
    }

    /// <summary>Runs the built program as a user with no right to anything; for root.</summary>
    public static CliRun AsNobody(params string[] args) => Of(
        "setpriv",
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", Path.Combine(AppContext.BaseDirectory, "metafs"), .. args]);

    /// <summary>Runs a script of bash(1), in which "$@" is the built program with its arguments.</summary>
    public static CliRun InShell(string script, params string[] args) =>
        Of("bash", ["-c", script, "bash", Path.Combine(AppContext.BaseDirectory, "metafs"), .. args]);

    private static CliRun Of(string program, string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new CliRun((ExitCode)process.ExitCode, output.Result, error);
    }
}
