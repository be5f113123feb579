// metafs backup: a copy of a database, taken while the mount goes on.
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Statistics;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli;

/// <summary><c>metafs backup MOUNTPOINT FILE</c> and <c>metafs backup --db DATABASE FILE</c>.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string[]> s_places = new("[MOUNTPOINT] FILE")
    {
        Description = "a mount, and the copy, which must not exist",
        Arity = new ArgumentArity(1, 2),
    };

    private static readonly Option<string?> s_database = new("--db")
    {
        Description = "copy this database, mounted or not",
        HelpName = "DATABASE",
    };

    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    public static Command Create()
    {
        var command = new Command("backup", "Copy a database, also while it is mounted")
        {
            s_places, s_database, s_json,
        };
        command.Validators.Add(static result =>
        {
            int places = result.GetValue(s_places)?.Length ?? 0;
            if (places != (result.GetValue(s_database) is null ? 2 : 1))
                result.AddError("Give MOUNTPOINT FILE, or --db DATABASE FILE");
        });
        command.SetAction(static result =>
        {
            string[] places = result.GetValue(s_places)!;
            string database = result.GetValue(s_database) ?? DatabaseOf(places[0], "backup --db DATABASE FILE");
            OverlayCounts counts = Write(database, places[^1]);
            result.InvocationConfiguration.Output.WriteLine(
                result.GetValue(s_json) ? Json(database, places[^1], counts) : Text(database, places[^1], counts));
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static OverlayCounts Write(string database, string file)
    {
        string shown = ByteText.ForDisplay(file);
        try
        {
            OverlayCounts counts = OverlayBackup.Write(database, file, DiskSync.Flush);
            DiskSync.RequireName(file);
            return counts;
        }
        catch (OverlayException e)
        {
            throw new CliException(ExitCode.Database, e.Message, e);
        }
        catch (IOException e) when (e.HResult == (int)Errno.EEXIST)
        {
            throw new CliException(
                ExitCode.Failure,
                $"{shown}: EEXIST (File exists); a copy never replaces anything: name another file", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CliException(
                ExitCode.Failure, $"{shown}: ENOENT (No such file or directory); its directory must exist", e);
        }
        catch (IOException e)
        {
            throw new CliException(
                ExitCode.Failure, $"{shown}: {FileErrors.Explain(e)}; name a file on another disk", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CliException(
                ExitCode.Failure, $"{shown}: EACCES (Permission denied); name a file in a directory of yours", e);
        }
    }

    /// <summary>The database of a mount.</summary>
    /// <param name="mountPoint">A mount, or any directory of it.</param>
    /// <param name="other">What to say where it does not answer.</param>
    /// <exception cref="CliException">It is none, or does not answer.</exception>
    public static string DatabaseOf(string mountPoint, string other)
    {
        Errno errno = ControlClient.Info(
            CString.FromTerminated(ByteText.ToTerminated(mountPoint)), out ControlInfo? info);
        if (errno == Errno.OK)
            return info!.Database;
        string shown = ByteText.ForDisplay(mountPoint);
        throw errno == Errno.ENOTTY
            ? new CliException(ExitCode.Share, $"{shown}: {MountPlaces.NoMount}")
            : CliException.FromErrno(
                ExitCode.Share, shown, errno, $"name the database itself: metafs {other}");
    }

    private static string Text(string database, string file, OverlayCounts counts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ByteText.ForDisplay(file)}: {counts.Records} records, {counts.Quarantined} in quarantine, "
        + $"{AmountText.Bytes(new FileInfo(file).Length)}, of {ByteText.ForDisplay(database)}");

    private static string Json(string database, string file, OverlayCounts counts)
    {
        return JsonValues.Object(json =>
        {
            json.WriteString("database", database);
            json.WriteString("file", Path.GetFullPath(file));
            json.WriteNumber("records", counts.Records);
            json.WriteNumber("quarantined", counts.Quarantined);
            json.WriteNumber("bytes", new FileInfo(file).Length);
        });
    }
}
