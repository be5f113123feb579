namespace MetaFs.Passthrough.Nodes;

/// <summary>An mtime that was set and that the share took.</summary>
/// <remarks>
/// SMB has a time that was set through a handle stand, whatever is written through that handle afterwards, and Samba puts it
/// back at the close. The CIFS client closes a handle a second after the program did, and until then uses it for the next
/// open. So a file that is written within a second of utimens shows the time of the write, and then the old one again.
/// Fields are guarded by the node's monitor.
/// </remarks>
internal sealed class TimeOnShare(long mtime)
{
    /// <summary>What the share showed, ns.</summary>
    public readonly long Mtime = mtime;

    /// <summary>Data changed after it was set, and no close has stamped that yet.</summary>
    public volatile bool IsOutdated;
}
