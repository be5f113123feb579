namespace MetaFs.Mount.Tests.Model;

/// <summary>The program <c>metafs-model</c>, built beside these tests.</summary>
internal static class ModelProgram
{
    private static string Path { get; } = System.IO.Path.Combine(
        MetaFsProgram.Checkout, "tests/MetaFs.Model/bin", Configuration, "net10.0/metafs-model");

    // Of this assembly: .../tests/MetaFs.Mount.Tests/bin/CONFIGURATION/net10.0/
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Runs it to its end; what it printed goes to the test's output.</summary>
    public static CommandResult Run(ITestOutputHelper output, params string[] arguments)
    {
        CommandResult result = Command.Run(Path, arguments);
        output.WriteLine(result.Line);
        output.WriteLine(result.Output + result.Errors);
        return result;
    }
}
