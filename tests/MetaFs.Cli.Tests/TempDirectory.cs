namespace MetaFs.Cli.Tests;

/// <summary>A directory for one test.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("metafs-cli.").FullName;

    public string Path { get; }

    /// <summary>Makes a directory in it.</summary>
    public string Make(string name) => Directory.CreateDirectory($"{Path}/{name}").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
