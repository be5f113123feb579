using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Nodes;

/// <summary>An mtime that was set and that the share took.</summary>
/// <remarks>
/// SMB has a time that was set through a handle stand, whatever is written through that handle afterwards, and Samba puts it
/// back at the close. The CIFS client closes a handle a second after the program did, and until then uses it for the next
/// open. So a file that is written within a second of utimens shows the time of the write, and then the old one again; and
/// one that was written before utimens shows the write's to whoever asks the server before that close.
/// </remarks>
/// <param name="share">What the share showed then.</param>
/// <param name="now">This machine's clock, ns.</param>
internal sealed class TimeOnShare(in Statx share, long now)
{
    /// <summary>By which a stamp of the share is told from a change, as for a recorded time.</summary>
    public readonly TimeWitness Witness = new(share.MtimeNs, share.CtimeNs, share.Size, now, now);

    /// <summary>What the share showed, ns.</summary>
    public long Mtime => Witness.Mtime;

    /// <summary>Data or entries changed after it was set, and no close has stamped that yet.</summary>
    public volatile bool IsOutdated;
}
