using System.Runtime.CompilerServices;

namespace MetaFs.Cli.Tests;

/// <summary>Where the sources are: some tests hold the manual against the code.</summary>
internal static class Checkout
{
    public static string Directory { get; } = Find();

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
