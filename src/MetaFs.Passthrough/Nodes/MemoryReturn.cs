// Gives memory back after the kernel has forgotten many inodes: without requests nothing allocates, and then the garbage
// collector has no reason to run.
namespace MetaFs.Passthrough.Nodes;

/// <summary>Watches how many nodes are alive, and collects when most of them have gone.</summary>
internal sealed class MemoryReturn : IDisposable
{
    /// <summary>Nodes that must have gone, some 20 MiB: a collection stops all requests for some milliseconds.</summary>
    private const int Worthwhile = 50_000;

    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private readonly Action _trim;
    private readonly Timer _timer;

    // Both guarded by the node table's lock.
    private int _most;
    private bool _isDue;

    /// <param name="trim">Lets go of what the table itself holds; called without locks.</param>
    public MemoryReturn(Action trim)
    {
        _trim = trim;
        _timer = new Timer(_ => Collect(), null, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>A node was forgotten. Call under the node table's lock.</summary>
    /// <param name="alive">How many are left.</param>
    public void Forgot(int alive)
    {
        _most = Math.Max(_most, alive);
        if (_isDue || _most - alive < Worthwhile || alive > _most / 2)
            return;
        _isDue = true;
        _timer.Change(s_calm, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins anew. Call under the node table's lock.</summary>
    /// <param name="alive">How many there are.</param>
    public void Returned(int alive)
    {
        _most = alive;
        _isDue = false;
    }

    public void Dispose() => _timer.Dispose();

    private void Collect()
    {
        _trim();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
