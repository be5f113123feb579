namespace MetaFs.Mount.Tests.Harness;

/// <summary>The program under test.</summary>
internal static class MetaFsProgram
{
    private static readonly PublishedProgram s_program = new("src/MetaFs.Cli", "metafs", "METAFS");

    public static string Path => s_program.Path;

    /// <summary>Runs <c>metafs ARGUMENT...</c> to its end.</summary>
    public static CommandResult Run(Identity? who, params string[] arguments) =>
        Command.Run(who, Path, arguments);
}
