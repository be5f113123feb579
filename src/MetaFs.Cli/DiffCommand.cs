// metafs diff: where mount and share differ, name by name.
using System.CommandLine;
using MetaFs.Cli.Comparing;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;

namespace MetaFs.Cli;

/// <summary><c>metafs diff MOUNTPOINT [PATH]</c>. As diff(1): 0 alike, 1 different, more: not compared.</summary>
internal static class DiffCommand
{
    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
    };

    private static readonly Argument<string?> s_path = new("PATH")
    {
        Description = "a file or directory in it; default: all",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> s_verbose = new("--verbose", "-v") { Description = "also print the values" };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("diff", "Show where a mount and its share differ")
        {
            s_mountPoint, s_path, s_verbose, s_json, s_quiet,
        };
        command.SetAction(static result =>
        {
            try
            {
                return (int)Run(result);
            }
            catch (CliException e) when (e.Code == ExitCode.Failure)
            {
                throw new CliException(ExitCode.Share, e.Message, e);
            }
            catch (IOException e)
            {
                throw new CliException(ExitCode.Share, FileErrors.OfStandardOutput(e), e);
            }
        });
        return command;
    }

    private static ExitCode Run(ParseResult result)
    {
        string mountPoint = result.GetValue(s_mountPoint)!;
        TextWriter output = result.InvocationConfiguration.Output;
        TextWriter error = result.InvocationConfiguration.Error;
        using MountedTree tree = MountedTree.Open(mountPoint, result.GetValue(s_path));
        using IDiffReport report = result.GetValue(s_json)
            ? new DiffJson(output, mountPoint, tree.ShareName)
            : new DiffText(output, result.GetValue(s_verbose));
        using Progress progress = Progress.Start(error, result.GetValue(s_quiet), "comparing");
        using var interrupt = new Interrupt();
        (long different, long unreadable) = (0, 0);
        using var walk = new PairWalk(
            difference =>
            {
                progress.Clear();
                different++;
                report.Write(difference);
            },
            (path, errno) =>
            {
                progress.Clear();
                unreadable++;
                error.WriteLine($"metafs: {ByteText.ForDisplay(path)}: {errno} ({ErrnoText.Describe(errno)})");
            },
            (names, path) => progress.Report(names, 0, "names", path), interrupt.Token);
        try
        {
            walk.Run(tree.Mount, tree.Share, tree.Below, CString.FromTerminated(tree.Name));
        }
        catch (OperationCanceledException e)
        {
            throw new CliException(ExitCode.Share, "interrupted: what was found until now is not all", e);
        }

        progress.Clear();
        report.Finish(walk.Names, different, unreadable);
        return unreadable > 0 ? ExitCode.Share : different > 0 ? ExitCode.Failure : ExitCode.Ok;
    }
}
