using System.Diagnostics;
using System.Text;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>How a program ended.</summary>
internal sealed record CommandResult(string Line, int ExitCode, string Output, string Errors)
{
    /// <summary>Fails the test unless the exit status is 0; returns what was printed.</summary>
    public string MustSucceed()
    {
        Assert.True(ExitCode == 0, $"{Line}: exit status {ExitCode}\n{Start(Errors)}{Start(Output)}");
        return Output;
    }

    /// <summary>Fails the test unless the exit status is another than 0; returns what was printed, errors first.</summary>
    public string MustFail()
    {
        Assert.True(ExitCode != 0, $"{Line}: succeeded\n{Start(Errors)}{Start(Output)}");
        return Errors + Output;
    }

    /// <summary>A tool that fails on a whole tree says the same thing two thousand times.</summary>
    private static string Start(string text) => text.Length <= 2000 ? text : text[..2000] + "...\n";
}

/// <summary>Runs a program to its end, as somebody, with a time limit.</summary>
internal static class Command
{
    private static readonly TimeSpan s_defaultLimit = TimeSpan.FromMinutes(5);

    public static CommandResult Run(string program, params string[] arguments) =>
        Run(null, program, arguments);

    /// <param name="who">null: whoever runs the tests.</param>
    /// <param name="program">A name in PATH or an absolute path.</param>
    /// <param name="arguments">One per word.</param>
    public static CommandResult Run(Identity? who, string program, params string[] arguments)
    {
        ProcessStartInfo start = Prepare(who, [program, .. arguments]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        string line = string.Join(' ', start.ArgumentList.Prepend(start.FileName));

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        StringBuilder output = new(), errors = new();
        using CountdownEvent open = new(2);
        process.OutputDataReceived += (_, e) => Append(output, e.Data, open);
        process.ErrorDataReceived += (_, e) => Append(errors, e.Data, open);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_defaultLimit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{line}: still running after {s_defaultLimit}\n{errors}{output}");
        }

        // Process.WaitForExit() would wait without limit for a child that the program has left behind with its output.
        if (!open.Wait(Patience.Limit))
            throw new TimeoutException($"{line}: has ended, and something that it started keeps its output open");
        return new CommandResult(line, process.ExitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Runs a bash script, whose $1... are the arguments.</summary>
    public static CommandResult Bash(Identity? who, string script, params string[] arguments) =>
        Run(who, "/bin/bash", ["-euo", "pipefail", "-c", script, "bash", .. arguments]);

    /// <summary>Runs a Python script, whose sys.argv[1:] are the arguments.</summary>
    public static CommandResult Python(Identity? who, string script, params string[] arguments) =>
        Run(who, "/usr/bin/python3", ["-c", script, .. arguments]);

    /// <summary>The same program as another user: setpriv changes over and executes it, so the process id stays.</summary>
    public static ProcessStartInfo Prepare(Identity? who, string[] words)
    {
        List<string> all = [];
        if (who is not null && who.Uid != Posix.EffectiveUid)
        {
            string groups = who.Groups.Length == 0 ? "--clear-groups" : "--groups=" + string.Join(',', who.Groups);
            all.AddRange(["setpriv", $"--reuid={who.Uid}", $"--regid={who.Gid}", groups]);
        }

        all.AddRange(words);
        ProcessStartInfo start = new(all[0], all.Skip(1)) { WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        start.Environment["HOME"] = "/nonexistent";

        // A daemon that is killed would leave the runtime's debugger pipes in /tmp, and strace trips over their thread.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }

    // The last event of each stream has no line.
    private static void Append(StringBuilder text, string? line, CountdownEvent open)
    {
        if (line is null)
            open.Signal();
        else
            text.Append(line).Append('\n');
    }
}
