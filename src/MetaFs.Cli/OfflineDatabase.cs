using MetaFs.Overlay;

namespace MetaFs.Cli;

/// <summary>A database for a command that changes it; nobody mounts it until this is disposed. One thread.</summary>
internal sealed class OfflineDatabase : IDisposable
{
    private readonly string _path;

    // What the store said last of a failure.
    private string? _trouble;

    /// <exception cref="OverlayException">It is mounted, or cannot be written.</exception>
    public OfflineDatabase(string path)
    {
        _path = path;
        Store = SqliteOverlayStore.Open(path, new OverlayOpenOptions
        {
            Log = line => _trouble = line,
            Flush = DiskSync.Flush,
        });
    }

    public SqliteOverlayStore Store { get; }

    /// <summary>Makes every change survive power loss.</summary>
    /// <exception cref="CliException">It may not.</exception>
    public void Sync() => Require(Store.Sync());

    /// <summary>Ends the command where a change failed.</summary>
    /// <exception cref="CliException">It did.</exception>
    public void Require(OverlayStatus status)
    {
        if (status != OverlayStatus.Ok)
            throw new CliException(
                ExitCode.Database,
                $"{_trouble ?? $"database {_path}: the change could not be written: {status}"}; nothing is sure to be "
                + "kept: see that its disk works and has room, then do it again");
    }

    public void Dispose() => Store.Dispose();
}
