using Microsoft.Win32.SafeHandles;

namespace MetaFs.Overlay;

/// <summary>How <see cref="SqliteOverlayStore.Open"/> opens.</summary>
public sealed record OverlayOpenOptions
{
    /// <summary>How long to wait for another mount of the database to end, e.g. one being unmounted.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.Zero;

    /// <summary>Receives a line for each failure at run time, on any thread, under a lock: must not call back.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>fsync(2): null for success, else what went wrong.</summary>
    /// <remarks>
    /// The default will do only where nobody relies on Sync: RandomAccess.FlushToDisk of .NET 10 returns as if all were
    /// well when fsync answers EIO.
    /// </remarks>
    public Func<SafeFileHandle, string?> Flush { get; init; } = static file =>
    {
        RandomAccess.FlushToDisk(file);
        return null;
    };

    /// <summary>Whether records go through a log of intents, where one write suffices, or each through a transaction.</summary>
    public bool Intents { get; init; }

    /// <summary>A question for a file that is there, asked with each change: whether its name still leads to it.</summary>
    /// <remarks>
    /// The default will do only for a moment, and where all calls are made by a user who may search the database's directory:
    /// it does not see that another file has the name, and to who may not see a file it does not exist.
    /// </remarks>
    public Func<string, Func<bool>> Watch { get; init; } = static file => () => File.Exists(file);
}
