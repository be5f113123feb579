namespace MetaFs.Mount.Tests.Model;

/// <summary>The program <c>metafs-model</c>.</summary>
internal static class ModelProgram
{
    private static readonly PublishedProgram s_program = new("tests/MetaFs.Model", "metafs-model", "METAFS_MODEL");

    /// <summary>Mount options that leave nothing to the share.</summary>
    public const string RecordAll = "chown=record,chmod=record,utimens=record";

    /// <summary>Runs it to its end; what it printed goes to the test's output.</summary>
    public static CommandResult Run(ITestOutputHelper output, params string[] arguments)
    {
        CommandResult result = Command.Run(s_program.Path, arguments);
        output.WriteLine(result.Line);
        output.WriteLine(result.Output + result.Errors);
        return result;
    }

    /// <summary>Mounts, kills the daemon under a mixed load, and looks, so many times.</summary>
    public static CommandResult KillDaemons(ITestOutputHelper output, Workspace workspace, int kills, int seed) => Run(
        output, "kill", "--metafs", MetaFsProgram.Path, "--share", workspace.MakeDirectory("share"),
        "--mount", workspace.MakeDirectory("mnt"), "--db", workspace.MakeDirectory("records", 700) + "/metafs.db",
        "--mount-options", RecordAll, "--deviations", "--kills", $"{kills}", "--seed", $"{seed}");
}
