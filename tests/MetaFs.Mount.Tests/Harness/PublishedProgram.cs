using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>
/// A program of this checkout: the one that an environment variable names (scripts/test sets them), else published once
/// to a directory that every user can reach.
/// </summary>
internal sealed class PublishedProgram(string project, string name, string variable)
{
    private readonly Lazy<string> _path = new(() => FindOrPublish(project, name, variable));

    public string Path => _path.Value;

    /// <summary>The directory with MetaFs.sln.</summary>
    public static string Checkout { get; } = FindCheckout();

    private static string FindOrPublish(string project, string name, string variable)
    {
        string? given = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(given))
            return System.IO.Path.GetFullPath(given);

        string directory = Directory.CreateTempSubdirectory($"{name}-program.").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        Command.Run("chmod", "0755", directory).MustSucceed();
        ProcessStartInfo start = new("dotnet", ["publish", System.IO.Path.Combine(Checkout, project),
            "-c", "Release", "-o", directory, "-v", "quiet", "--nologo"]);
        using Process publish = Process.Start(start)!;
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, $"dotnet publish {project} failed");
        return System.IO.Path.Combine(directory, name);
    }

    private static string FindCheckout([CallerFilePath] string here = "")
    {
        DirectoryInfo? directory = new(System.IO.Path.GetDirectoryName(here)!);
        while (directory is not null && !System.IO.File.Exists(System.IO.Path.Combine(directory.FullName, "MetaFs.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException($"no MetaFs.sln above {here}");
    }
}
