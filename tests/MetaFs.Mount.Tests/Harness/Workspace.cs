namespace MetaFs.Mount.Tests.Harness;

/// <summary>A temporary directory that every user can reach, on a file system with stable inode numbers.</summary>
public sealed class Workspace : IDisposable
{
    /// <summary>In the path of everything that this run of the tests makes, mounts or starts, and of nothing else.</summary>
    public static readonly string Prefix = $"metafs-mount-test.{Environment.ProcessId}.";

    public Workspace()
    {
        string parent = Environment.GetEnvironmentVariable("METAFS_TEST_DIR") ?? "/var/tmp";
        Path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..8]);
        Posix.Mkdir(Path, Octal.Oct(755)).Ok();
        Posix.Chmod(Path, Octal.Oct(755)).Ok();
    }

    public string Path { get; }

    /// <summary>Makes a directory, with that owner and mode whatever the umask.</summary>
    public string MakeDirectory(string name, int mode = 755, uint uid = Posix.Keep, uint gid = Posix.Keep)
    {
        string path = $"{Path}/{name}";
        Posix.Mkdir(path, Octal.Oct(mode)).Ok();
        Posix.Chown(path, uid, gid).Ok();
        Posix.Chmod(path, Octal.Oct(mode)).Ok();
        return path;
    }

    public void Dispose()
    {
        string[] mounted = [.. MountTable.Read().Select(entry => entry.MountPoint)
            .Where(point => point.StartsWith(Path + "/", StringComparison.Ordinal))];
        Assert.True(mounted.Length == 0, "still mounted: " + string.Join(' ', mounted));
        Command.Run("rm", "-rf", "--one-file-system", Path).MustSucceed();
    }
}
