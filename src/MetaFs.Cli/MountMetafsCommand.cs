// mount.metafs(8) and mount.fuse.metafs: this program by another name, as mount(8) runs it for the types metafs and
// fuse.metafs. Its arguments are those of libmount's exec_helper() (libmount/src/context_mount.c).
using System.CommandLine;
using System.CommandLine.Help;
using System.Diagnostics;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Options;

namespace MetaFs.Cli;

/// <summary><c>mount.metafs SOURCE MOUNTPOINT [-sfnv] [-N NAMESPACE] [-t TYPE] [-o OPTION,...]</c>.</summary>
internal static class MountMetafsCommand
{
    // EX_USAGE and EX_FAIL of mount(8), which passes a helper's status on.
    private const int UsageStatus = 1;
    private const int FailStatus = 32;

    // mount(8) passes no PATH on.
    private const string Nsenter = "/usr/bin/nsenter";

    private static readonly Argument<string> s_source = new("SOURCE") { Description = "the share's directory" };

    private static readonly Argument<string> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "where it is to be seen; may be SOURCE itself",
    };

    private static readonly Option<string[]> s_options = new("-o")
    {
        Description = "mount options, separated by commas; see metafs mount --help",
        HelpName = "OPTION,...",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<bool> s_sloppy = new("-s") { Description = "ignore unknown options" };

    private static readonly Option<bool> s_fake = new("-f") { Description = "check everything, mount nothing" };

    private static readonly Option<bool> s_noMtab = new("-n") { Description = "ignored: there is no mtab to write" };

    private static readonly Option<bool> s_verbose = new("-v") { Description = "say what was mounted" };

    private static readonly Option<string?> s_namespace = new("-N")
    {
        Description = "mount in this mount namespace",
        HelpName = "NAMESPACE",
    };

    private static readonly Option<string?> s_type = new("-t")
    {
        Description = "ignored: the type, where mount(8) gives it",
        HelpName = "TYPE",
    };

    /// <summary>Whether the program is mount(8)'s when called by this name.</summary>
    public static bool IsName(string program) => program is "mount.metafs" or "mount.fuse.metafs";

    /// <summary>What mount(8) understands of an exit code.</summary>
    public static int ExitStatus(ExitCode code) => code switch
    {
        ExitCode.Ok => 0,
        ExitCode.Usage => UsageStatus,
        _ => FailStatus,
    };

    public static Command Create(string name)
    {
        var command = new Command(name, "Mount a share with MetaFs; run by mount(8) for the types metafs and fuse.metafs")
        {
            s_source, s_mountPoint, s_options, s_sloppy, s_fake, s_noMtab, s_verbose, s_namespace, s_type,
        };
        command.Options.Add(new HelpOption("--help", "-h"));
        command.SetAction(static result => (int)Run(result));
        return command;
    }

    private static ExitCode Run(ParseResult result)
    {
        IReadOnlyList<string> lists = result.GetValue(s_options) ?? [];
        string? target = result.GetValue(s_namespace);

        // Before -s takes off what no new mount knows: a remount that it hides would be a second mount on top.
        bool isRemount = MountOptionParser.IsRemount(lists);
        if (target is not null && (isRemount || result.GetValue(s_fake)))
            throw new CliException(
                ExitCode.Usage, $"{(isRemount ? "remount" : "-f")} does not go with -N; run it by nsenter --mount");
        if (result.GetValue(s_sloppy))
            lists = MountOptionParser.WithoutUnknown(lists);
        if (isRemount)
        {
            Remount.Run(result.GetValue(s_mountPoint)!, lists, result.GetValue(s_fake));
            return ExitCode.Ok;
        }

        MountOptionParser.Parse(lists);
        var request = new MountRequest(
            result.GetValue(s_source)!, result.GetValue(s_mountPoint)!, lists, Trace: false);
        if (result.GetValue(s_fake))
        {
            MountPlaces.Open(request.Source, request.MountPoint).Dispose();
            return ExitCode.Ok;
        }

        ExitCode code = target is null
            ? BackgroundStart.Run(request, result.InvocationConfiguration.Error)
            : RunInNamespace(target, request);
        if (code == ExitCode.Ok && result.GetValue(s_verbose))
            result.InvocationConfiguration.Output.WriteLine(
                $"metafs: {ByteText.ForDisplay(request.Source)} mounted on {ByteText.ForDisplay(request.MountPoint)}");
        return code;
    }

    // setns(2) takes only a process with one thread into a mount namespace, and the runtime has several.
    private static ExitCode RunInNamespace(string target, MountRequest request)
    {
        if (!File.Exists(Nsenter))
            throw new CliException(ExitCode.Failure, $"no {Nsenter} to enter {target} with; install util-linux");
        var start = new ProcessStartInfo(Nsenter);
        foreach (string word in (string[])[$"--mount={target}", "--", .. BackgroundStart.OwnCommand(), MountCommand.Name])
            start.ArgumentList.Add(word);

        // setns(2) makes the namespace's root the working directory.
        BackgroundStart.AddRequest(start, request with
        {
            Source = Absolute(request.Source),
            MountPoint = Absolute(request.MountPoint),
            OptionLists = MountOptionParser.WithDatabase(request.OptionLists, Absolute),
        });
        using Process? nsenter = Process.Start(start);
        nsenter!.WaitForExit();
        return (ExitCode)nsenter.ExitCode;
    }

    private static string Absolute(string path) =>
        path.StartsWith('/') ? path : $"{Environment.CurrentDirectory}/{path}";
}
