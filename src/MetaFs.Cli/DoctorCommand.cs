// metafs doctor: whether a machine can mount, and what is left of earlier days.
using System.CommandLine;
using MetaFs.Cli.Doctoring;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary><c>metafs doctor</c>.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "print one JSON object" };

    private static readonly Option<bool> s_quiet = Progress.QuietOption();

    public static Command Create()
    {
        var command = new Command("doctor", "Check this machine: kernel, helpers, databases, dead mounts")
        {
            s_json, s_quiet,
        };
        command.SetAction(static result =>
        {
            TextWriter output = result.InvocationConfiguration.Output;
            using Progress progress = Progress.Start(
                result.InvocationConfiguration.Error, result.GetValue(s_quiet), "checking");
            List<Diagnosis> diagnoses = Run(progress);
            progress.Clear();
            output.Write(result.GetValue(s_json)
                ? DoctorReport.Json(diagnoses) + "\n"
                : DoctorReport.Text(diagnoses, Ink.For(output)));
            bool failed = diagnoses.Exists(static d => d.Health == Health.Fail);
            return (int)(failed ? ExitCode.Failure : ExitCode.Ok);
        });
        return command;
    }

    private static List<Diagnosis> Run(Progress progress)
    {
        bool isRoot = Libc.Geteuid() == 0;
        var mounts = new MountChecks();
        List<Diagnosis> diagnoses = [.. new MachineChecks("", isRoot).Run(), .. mounts.Run()];
        try
        {
            string directory = DatabaseLocation.DefaultDirectory(isRoot);
            diagnoses.AddRange(new DatabaseChecks(directory, mounts.Databases, progress).Run());
        }
        catch (OverlayException e)
        {
            diagnoses.Add(Diagnosis.Warn("databases", e.Message, "set HOME or XDG_STATE_HOME"));
        }

        return diagnoses;
    }
}
