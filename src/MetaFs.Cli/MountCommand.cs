// metafs mount: in the foreground here, in the background in a second process that BackgroundStart starts.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Options;

namespace MetaFs.Cli;

/// <summary><c>metafs mount SOURCE MOUNTPOINT</c>.</summary>
internal static class MountCommand
{
    public const string Name = "mount";

    private static readonly Argument<string> s_source = new("SOURCE") { Description = "the share's directory" };

    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "where it is to be seen; may be SOURCE itself",
    };

    private static readonly Option<string[]> s_options = new("-o")
    {
        Description = "mount options, separated by commas",
        HelpName = "OPTION,...",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<bool> s_foreground = new("-f") { Description = "stay in the foreground" };

    private static readonly Option<bool> s_trace = new("-d") { Description = "print every request; implies -f" };

    private static readonly Option<bool> s_fromMountFuse = new(ArgumentForms.FromMountFuse) { Hidden = true };

    private static readonly Option<int?> s_readyFd = new(BackgroundStart.ReadyFdOption) { Hidden = true };

    public static Command Create()
    {
        var command = new Command(Name, "Mount a share with the owners, modes and times that it cannot keep")
        {
            s_source, s_mountPoint, s_options, s_foreground, s_trace, s_fromMountFuse, s_readyFd,
        };
        command.Options.Add(new HelpOption("--help", "-h") { Action = new MountHelp() });
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    private static ExitCode Run(ParseResult result)
    {
        IReadOnlyList<string> lists = result.GetValue(s_options) ?? [];
        if (result.GetValue(s_fromMountFuse))
            lists = MountOptionParser.WithoutMountFuseWords(lists);
        var request = new MountRequest(
            result.GetValue(s_source)!, result.GetValue(s_mountPoint)!, lists, result.GetValue(s_trace));
        MountOptions options = MountOptionParser.Parse(lists);

        if (result.GetValue(s_readyFd) is int readyFd)
            return RunInBackground(request, options, readyFd);
        if (!request.Trace && !result.GetValue(s_foreground))
            return BackgroundStart.Run(request, result.InvocationConfiguration.Error);
        MountSession.Run(request, options, new LineLogger(background: false), ready: null);
        return ExitCode.Ok;
    }

    // Errors go to the process that waits; it alone speaks to the user.
    private static ExitCode RunInBackground(MountRequest request, MountOptions options, int readyFd)
    {
        using var ready = new ReadyPipe(readyFd);
        try
        {
            MountSession.Run(request, options, new LineLogger(background: true), ready);
            return ExitCode.Ok;
        }
        catch (CliException e)
        {
            ready.Report(e.Code, e.Message);
            return e.Code;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ready.Report(ExitCode.Failure, $"internal error, please report it: {e}");
            return ExitCode.Failure;
        }
    }

    /// <summary>The parser's help, and the words of <c>-o</c> below it.</summary>
    private sealed class MountHelp : SynchronousCommandLineAction
    {
        private readonly HelpAction _inner = new();

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int status = _inner.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Mount options (-o):");
            foreach (MountOption option in MountOptionTable.All)
                output.WriteLine($"  {option.Usage,-28}{option.Help}");
            output.WriteLine();
            output.WriteLine("A comma inside a value is written '\\,'. Words that fstab(5) keeps for mount(8) and");
            output.WriteLine("systemd (defaults, noauto, nofail, _netdev, noatime, x-..., comment=...) are ignored.");
            output.WriteLine();
            return status;
        }
    }
}
