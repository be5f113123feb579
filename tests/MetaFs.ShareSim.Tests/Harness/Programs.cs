using System.Diagnostics;

namespace MetaFs.ShareSim.Tests.Harness;

/// <summary>How a program ended and what it printed.</summary>
internal sealed record Ended(int Status, string Output, string Errors);

/// <summary>Programs run to their end.</summary>
internal static class Programs
{
    public static Ended ShareSim(params string[] arguments) => Run(ShareSimProcess.Program, arguments);

    public static Ended Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new Ended(process.ExitCode, output, errors);
    }
}
