// What only directories have, and what few nodes have: apart from the node, of which there may be a million.
using System.Runtime.CompilerServices;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Nodes;

/// <summary>A directory's part of its node.</summary>
internal sealed class DirectoryState
{
    /// <summary>See <see cref="Node.Entries"/>.</summary>
    public volatile NamedNodes? Entries;

    /// <summary>See <see cref="Node.Directory"/>.</summary>
    public volatile DirectoryFd? Descriptor;

    /// <summary>See <see cref="Node.Onlookers"/>.</summary>
    public Onlookers Onlookers;

    /// <summary>See <see cref="Node.Listing"/>.</summary>
    public KeptListing? Listing;

    /// <summary>See <see cref="Node.EntriesChangedAt"/>.</summary>
    public long EntriesChangedAt;

    /// <summary>See <see cref="Node.NoDefaultAclUntil"/>.</summary>
    public long NoDefaultAclUntil;

    /// <summary>See <see cref="Node.NamesLost"/>.</summary>
    public uint NamesLost;

    /// <summary>See <see cref="Node.IsPlaceKept"/>.</summary>
    public bool IsPlaceKept;
}

/// <summary>What a node has that was removed, hidden, or closed on a share that stamps late.</summary>
internal sealed class UncommonState
{
    /// <summary>See <see cref="Node.Nameless"/>.</summary>
    public OverlaidXattr[] Nameless = [];

    /// <summary>See <see cref="Node.RemovedStat"/>. Boxed: statx is 256 bytes.</summary>
    public StrongBox<Statx>? RemovedStat;

    /// <summary>See <see cref="Node.HiddenNames"/>.</summary>
    public volatile byte[][]? HiddenNames;

    /// <summary>See <see cref="Node.HiddenRemovedAt"/>.</summary>
    public long HiddenRemovedAt;

    /// <summary>See <see cref="Node.TimeOnShare"/>.</summary>
    public volatile TimeOnShare? TimeOnShare;

    /// <summary>See <see cref="Node.ClosedAt"/>.</summary>
    public long ClosedAt;

    /// <summary>See <see cref="Node.LinksChangedAt"/>.</summary>
    public long LinksChangedAt;

    /// <summary>See <see cref="Node.Openings"/>.</summary>
    public int Openings;
}
