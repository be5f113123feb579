// sharesim: a share whose faults are programmed while it runs.
using System.Diagnostics;
using MetaFs.ShareSim.Control;

namespace MetaFs.ShareSim;

/// <summary>The program. Exit status: 0; 1: it failed; 2: the words on the command line were wrong.</summary>
internal static class Program
{
    // What the process in the background says to the one that waits for it.
    private const string Ready = "ready";

    private static int Main(string[] arguments)
    {
        try
        {
            return Run(arguments);
        }
        catch (SyntaxException wrong)
        {
            Console.Error.WriteLine("sharesim: " + wrong.Message);
            return 2;
        }
    }

    private static int Run(string[] arguments)
    {
        if (arguments.Length == 0 || arguments[0] is "-h" or "--help")
        {
            Console.WriteLine(ServeOptions.Usage);
            Console.WriteLine("commands:");
            Console.WriteLine(string.Join('\n', CommandHelp.Lines));
            return arguments.Length == 0 ? 2 : 0;
        }

        if (arguments[0] == "ctl")
            return Ctl(arguments[1..]);
        ServeOptions options = ServeOptions.Parse(arguments);
        if (!options.Foreground)
            return InBackground(arguments);
        new ShareServer(options).Run(
            () => Console.WriteLine(
                $"{Ready}: {options.Backing} on {options.MountPoint}, commands to {options.Control}"),
            new TextLogger(Console.Error));
        return 0;
    }

    private static int Ctl(string[] arguments)
    {
        if (arguments.Length == 0)
            throw new SyntaxException("ctl: the socket is missing\n" + ServeOptions.Usage);
        IEnumerable<string> lines = arguments.Length > 1 ? [string.Join(' ', arguments[1..])] : StandardInput();
        return ControlClient.Send(arguments[0], lines, Console.Out, Console.Error) ? 0 : 1;
    }

    private static IEnumerable<string> StandardInput()
    {
        while (Console.In.ReadLine() is { } line)
            yield return line;
    }

    // A .NET process cannot fork(2), so the program starts itself again, on pipes: whoever reads this one's output must
    // not wait for the share's end.
    private static int InBackground(string[] arguments)
    {
        string self = Environment.ProcessPath
            ?? throw new SyntaxException("cannot find this program's own file; use -f");
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(self);
        if (System.IO.Path.GetFileNameWithoutExtension(self) == "dotnet")
            start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (string word in arguments)
            start.ArgumentList.Add(word);
        start.ArgumentList.Add("-f");
        using Process share = Process.Start(start)!;
        string? line = share.StandardOutput.ReadLine();
        if (line is not null && line.StartsWith(Ready, StringComparison.Ordinal))
        {
            Console.WriteLine(line);
            return 0;
        }

        Console.Error.Write(share.StandardError.ReadToEnd());
        share.WaitForExit();
        return share.ExitCode;
    }
}
