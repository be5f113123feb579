using System.Diagnostics;

namespace MetaFs.Cli.Tests.Probing;

/// <summary>A file system for one test.</summary>
internal sealed class TestMount : IDisposable
{
    private readonly TempDirectory _directory = new();

    private TestMount() => Path = _directory.Make("mnt");

    public string Path { get; }

    /// <summary>A tmpfs.</summary>
    public static TestMount Tmpfs(string options)
    {
        var mount = new TestMount();
        Run("mount", "-t", "tmpfs", "-o", options, "none", mount.Path);
        return mount;
    }

    /// <summary>A vfat of 8 MB in a file.</summary>
    public static TestMount Vfat(string options)
    {
        var mount = new TestMount();
        string image = $"{mount._directory.Path}/image";
        using (FileStream file = File.Create(image))
            file.SetLength(8 * 1024 * 1024);
        Run("mkfs.vfat", image);
        Run("mount", "-o", "loop," + options, image, mount.Path);
        return mount;
    }

    /// <summary>A mirror of a directory.</summary>
    public static TestMount Bindfs(params string[] options)
    {
        var mount = new TestMount();
        Run("bindfs", [.. options, mount._directory.Make("source"), mount.Path]);
        return mount;
    }

    public void Dispose()
    {
        Run("umount", Path);
        _directory.Dispose();
    }

    private static void Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)}: {error}");
    }
}
