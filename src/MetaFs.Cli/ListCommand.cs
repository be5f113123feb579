// metafs list: all records of a database, streamed; the mount goes on meanwhile.
using System.CommandLine;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Reports;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary><c>metafs list MOUNTPOINT</c> and <c>metafs list --db FILE</c>.</summary>
internal static class ListCommand
{
    private static readonly Argument<string?> s_mountPoint = new("MOUNTPOINT")
    {
        Description = "a mount, or any directory of it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "list the records of this database, mounted or not",
        HelpName = "FILE",
    };

    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "print a JSON array, one record per line",
    };

    public static Command Create()
    {
        var command = new Command("list", "List all records of a mount or a database")
        {
            s_mountPoint, s_database, s_json,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_mountPoint) is null == result.GetValue(s_database) is null)
                result.AddError("Give either MOUNTPOINT or --db FILE");
        });
        command.SetAction(static result => (int)Run(
            result.GetValue(s_database) ?? DatabaseOf(result.GetValue(s_mountPoint)!),
            result.GetValue(s_json), result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static ExitCode Run(string database, bool json, TextWriter output, TextWriter error)
    {
        bool complete = true;
        try
        {
            using OverlayReader reader = OverlayReader.Open(database, line =>
            {
                complete = false;
                error.WriteLine($"metafs: {line}");
            });
            if (json)
                ListJson.Write(reader.Rows(), output);
            else
                ListText.Write(reader.Rows(), output);
            return complete ? ExitCode.Ok : ExitCode.Failure;
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
    }

    private static string DatabaseOf(string mountPoint)
    {
        byte[] path = ByteText.ToTerminated(mountPoint);
        Errno errno = ControlClient.Info(CString.FromTerminated(path), out ControlInfo? info);
        if (errno == Errno.OK)
            return info!.Database;
        string shown = ByteText.ForDisplay(mountPoint);
        throw errno == Errno.ENOTTY
            ? new CliException(ExitCode.Failure, $"{shown}: {MountPlaces.NoMount}")
            : CliException.FromErrno(ExitCode.Failure, shown, errno, "name the database itself: metafs list --db FILE");
    }
}
