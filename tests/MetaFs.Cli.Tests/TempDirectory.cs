namespace MetaFs.Cli.Tests;

/// <summary>A directory for one test.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("metafs-cli.").FullName;

    public string Path { get; }

    /// <summary>Makes a directory in it.</summary>
    public string Make(string name) => Directory.CreateDirectory($"{Path}/{name}").FullName;

    /// <summary>Sets the mode of it or of something in it, as chmod(1) does.</summary>
    public void Chmod(string mode, string name = ".")
    {
        using var chmod = System.Diagnostics.Process.Start("chmod", [mode, $"{Path}/{name}"]);
        chmod.WaitForExit();
        Assert.Equal(0, chmod.ExitCode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
