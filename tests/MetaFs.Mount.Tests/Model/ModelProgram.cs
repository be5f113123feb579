namespace MetaFs.Mount.Tests.Model;

/// <summary>The program <c>metafs-model</c>.</summary>
internal static class ModelProgram
{
    private static readonly PublishedProgram s_program = new("tests/MetaFs.Model", "metafs-model", "METAFS_MODEL");

    /// <summary>Runs it to its end; what it printed goes to the test's output.</summary>
    public static CommandResult Run(ITestOutputHelper output, params string[] arguments)
    {
        CommandResult result = Command.Run(s_program.Path, arguments);
        output.WriteLine(result.Line);
        output.WriteLine(result.Output + result.Errors);
        return result;
    }
}
