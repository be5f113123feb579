using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// The program under test: <c>$METAFS</c> if set (scripts/test sets it), else published once from this checkout to a
/// directory that every user can reach.
/// </summary>
internal static class MetaFsProgram
{
    private static readonly Lazy<string> s_path = new(FindOrPublish);

    public static string Path => s_path.Value;

    /// <summary>The directory with MetaFs.sln.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>Runs <c>metafs ARGUMENT...</c> to its end.</summary>
    public static CommandResult Run(Identity? who, params string[] arguments) =>
        Command.Run(who, Path, arguments);

    private static string FindOrPublish()
    {
        string? given = Environment.GetEnvironmentVariable("METAFS");
        if (!string.IsNullOrEmpty(given))
            return System.IO.Path.GetFullPath(given);

        string directory = Directory.CreateTempSubdirectory("metafs-program.").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        Command.Run("chmod", "0755", directory).MustSucceed();
        ProcessStartInfo start = new("dotnet", ["publish", System.IO.Path.Combine(Checkout, "src/MetaFs.Cli"),
            "-c", "Release", "-o", directory, "-v", "quiet", "--nologo"]);
        using Process publish = Process.Start(start)!;
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, "dotnet publish src/MetaFs.Cli failed");
        return System.IO.Path.Combine(directory, "metafs");
    }

    private static string FindCheckout([CallerFilePath] string here = "")
    {
        DirectoryInfo? directory = new(System.IO.Path.GetDirectoryName(here)!);
        while (directory is not null && !System.IO.File.Exists(System.IO.Path.Combine(directory.FullName, "MetaFs.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException($"no MetaFs.sln above {here}");
    }
}
