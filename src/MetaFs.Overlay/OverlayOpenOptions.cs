namespace MetaFs.Overlay;

/// <summary>How <see cref="SqliteOverlayStore.Open"/> opens.</summary>
public sealed record OverlayOpenOptions
{
    /// <summary>How long to wait for another mount that holds the database, e.g. one that is being unmounted.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.Zero;

    /// <summary>Receives one line for each failure at run time; called from any thread, sometimes under a lock.</summary>
    public Action<string>? Log { get; init; }
}
