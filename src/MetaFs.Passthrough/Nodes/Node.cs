// One inode that the kernel knows (row 4 of the request's way).
using System.Runtime.CompilerServices;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough.Nodes;

/// <summary>One name of an inode. Immutable, so that a reader always sees a directory and a name that belong together.</summary>
/// <param name="Parent">The directory's node, which the name keeps alive.</param>
/// <param name="Name">Bytes with terminator.</param>
/// <param name="Next">The inode's other known names.</param>
internal sealed record NodeName(Node Parent, byte[] Name, NodeName? Next)
{
    /// <summary>Whether the database has this name, on a volume kept by name; a late view costs one more write.</summary>
    public volatile bool IsKept;

    public bool Is(Node parent, ReadOnlySpan<byte> terminated) =>
        ReferenceEquals(Parent, parent) && terminated.SequenceEqual(Name);
}

/// <summary>An inode the kernel has looked up, all of its names together.</summary>
/// <remarks>
/// Locks, in this order: the monitor of the node itself (record, handles; of two nodes the lower id first), then the volume's
/// <see cref="ShareVolume.Naming"/> and <see cref="ShareVolume.Keeping"/>, then <see cref="NodeTable"/>'s, then
/// <see cref="DirectoryFds"/>'s. No monitor is taken inside any of the others.
/// </remarks>
internal sealed class Node
{
    public Node(ulong id, ulong generation, ShareVolume volume, ulong ino, InodeGuard guard)
    {
        Id = new NodeId(id);
        Generation = generation;
        Volume = volume;
        Ino = ino;
        Guard = guard;
    }

    public NodeId Id { get; }

    /// <summary>Tells this use of the id from earlier ones.</summary>
    public ulong Generation { get; }

    public ShareVolume Volume { get; }

    /// <summary>The share's inode number; ours on a volume that is kept by name.</summary>
    public ulong Ino { get; }

    /// <summary>The number that the share showed last, where <see cref="Ino"/> is ours. Written by <see cref="LinkedNodes"/>.</summary>
    public ulong ShareIno;

    /// <summary>Whether <see cref="LinkedNodes"/> has this node.</summary>
    public volatile bool IsLinkNoted;

    /// <summary>Known names in this directory, of volumes that are kept by name; null until there is one.</summary>
    public NamedNodes? Entries
    {
        get => SeenDirectory?.Entries;
        set => AsDirectory.Entries = value;
    }

    /// <summary>Identity beyond the number, as far as statx shows it.</summary>
    public InodeGuard Guard { get; }

    public InodeKey Key => new(Volume.Id, Ino);

    public bool IsDirectory => Guard.FileType == FileMode.S_IFDIR;

    /// <summary>Known names, newest first; written under the table's lock, read without. Null: no name is left.</summary>
    public volatile NodeName? Names;

    /// <summary>Lookups the kernel has not given back. Guarded by the table's lock.</summary>
    public ulong LookupCount;

    /// <summary>Names of other nodes that lie in this directory, and open handles. Guarded by the table's lock.</summary>
    public int References;

    /// <summary>The last name is gone, or there never was one (O_TMPFILE): what is known lives in memory only.</summary>
    public volatile bool IsRemoved;

    /// <summary>The inode's record. Written under the node's monitor; a reader takes the reference once.</summary>
    public volatile InodeRecord? Record;

    /// <summary>Whether <see cref="Record"/> was looked up. Written under the node's monitor.</summary>
    public volatile bool IsRecordLoaded;

    /// <summary>Extended attributes while <see cref="IsRemoved"/>, replaced as a whole. Under the node's monitor.</summary>
    public OverlaidXattr[] Nameless
    {
        get => SeenUncommon?.Nameless ?? [];
        set
        {
            if (value.Length > 0 || SeenUncommon is not null)
                Uncommon.Nameless = value;
        }
    }

    /// <summary>The share was seen to have a plain file in this object's place. Only ever set.</summary>
    public volatile bool IsPlaceholder;

    /// <summary>Whether the database knows this directory's place, for path hints. Under the node's monitor.</summary>
    public bool IsPlaceKept
    {
        get => SeenDirectory is { IsPlaceKept: true };
        set => AsDirectory.IsPlaceKept = value;
    }

    /// <summary>Whether effective suid or sgid was shown last: what KILLPRIV must look at before it may look away.</summary>
    public volatile bool ShowsSuidgid;

    /// <summary>What the share last showed of a removed inode, with no links. Under the node's monitor.</summary>
    public Statx RemovedStat => SeenUncommon?.RemovedStat?.Value ?? default;

    /// <summary>Open handles, or null: most nodes have none. Written under the node's monitor.</summary>
    public volatile OpenState? Open;

    /// <summary>OPENs under way, counted where an open file must not be unlinked. Guarded by the node's monitor.</summary>
    public int Openings
    {
        get => SeenUncommon?.Openings ?? 0;
        set => Uncommon.Openings = value;
    }

    /// <summary>Whether a removal now would find it open. Call under the node's monitor.</summary>
    public bool IsOpen => Open is not null || Openings > 0;

    /// <summary>Its names in the volume's hidden directory, or null. Written under the node's monitor.</summary>
    public byte[][]? HiddenNames
    {
        get => SeenUncommon?.HiddenNames;
        set => Uncommon.HiddenNames = value;
    }

    /// <summary>Links that the share counts and nobody may see.</summary>
    public uint HiddenLinks => (uint)(HiddenNames?.Length ?? 0);

    /// <summary>When a hidden name was last removed; TickCount64, 0: never, <see cref="long.MaxValue"/>: it is being done.</summary>
    /// <remarks>Written under the node's monitor.</remarks>
    public long HiddenRemovedAt
    {
        get => SeenUncommon is { } seen ? Volatile.Read(ref seen.HiddenRemovedAt) : 0;
        set => Volatile.Write(ref Uncommon.HiddenRemovedAt, value);
    }

    /// <summary>Whether a look without the monitor may have counted a hidden name that is gone now, or the reverse.</summary>
    public bool HasJustLostHidden =>
        HiddenRemovedAt is not 0 and var time && (time == long.MaxValue || Environment.TickCount64 - time < LongestLook);

    /// <summary>When a handle was closed last, by this machine's clock, ns; kept where the share stamps late.</summary>
    /// <remarks>
    /// Readers count: what the CIFS client has written it may stamp with its own clock at a later close, whosever, and shows
    /// that until it asks the server again (fs/smb/client/file.c, cifs_close: CIFS_INO_MODIFIED_ATTR).
    /// </remarks>
    public long ClosedAt
    {
        get => SeenUncommon is { } state ? Volatile.Read(ref state.ClosedAt) : 0;
        set => Volatile.Write(ref Uncommon.ClosedAt, value);
    }

    /// <summary>The mtime that was set last, if the share took it; kept where the share stamps late.</summary>
    public TimeOnShare? TimeOnShare
    {
        get => SeenUncommon?.TimeOnShare;
        set
        {
            if (value is not null || SeenUncommon is not null)
                Uncommon.TimeOnShare = value;
        }
    }

    /// <summary>The last moment at which the share may have been about to stamp, ns.</summary>
    public long SettledAt(in TimeWitness witness) =>
        Open is { Writers: > 0 } ? Libc.RealtimeNanoseconds() : Math.Max(witness.SettledAt, ClosedAt);

    /// <summary>The directory's descriptor, if one is held. Owned by <see cref="DirectoryFds"/>.</summary>
    public DirectoryFd? Directory
    {
        get => SeenDirectory?.Descriptor;
        set => AsDirectory.Descriptor = value;
    }

    /// <summary>A rename is under way: the share and <see cref="Names"/> may disagree. Written under the node's monitor.</summary>
    public volatile bool IsMoving;

    /// <summary>Until when the share is not asked again for this directory's default ACL; TickCount64.</summary>
    public long NoDefaultAclUntil
    {
        get => SeenDirectory?.NoDefaultAclUntil ?? 0;
        set
        {
            if (value != 0 || SeenDirectory is not null)
                AsDirectory.NoDefaultAclUntil = value;
        }
    }

    /// <summary>Moves on with each change that what is known of absent attributes must not outlive.</summary>
    public int XattrVersion;

    // Until when, TickCount64, above the flags: one word, so that whoever reads it without the monitor sees both of one time.
    private long _absentXattrs;
    private const int AbsentXattrsBits = 8;

    /// <summary>What the share is believed not to have now.</summary>
    /// <remarks>
    /// The kernel keeps ACLs as long as attributes, but never the mount's root's, which it makes before it knows that ACLs are
    /// wanted (fs/fuse/inode.c, fuse_init_inode: ACL_DONT_CACHE): it asks for that one at each look-up of an absolute path.
    /// Others it keeps not at all.
    /// </remarks>
    public AbsentXattrs AbsentXattrs(long now)
    {
        long known = Volatile.Read(ref _absentXattrs);
        return now < known >> AbsentXattrsBits ? (AbsentXattrs)(byte)known : 0;
    }

    /// <summary>Adds to it. Call under the node's monitor.</summary>
    public void AddAbsentXattrs(AbsentXattrs absent, long now, TimeSpan time)
    {
        AbsentXattrs known = AbsentXattrs(now);
        long until = now + (long)time.TotalMilliseconds;
        if (known != 0)
            until = Math.Min(until, Volatile.Read(ref _absentXattrs) >> AbsentXattrsBits);
        Volatile.Write(ref _absentXattrs, (until << AbsentXattrsBits) | (byte)(known | absent));
    }

    /// <summary>Believes nothing of before.</summary>
    public void ForgetAbsentXattrs()
    {
        Interlocked.Increment(ref XattrVersion);
        Volatile.Write(ref _absentXattrs, 0);
        NoDefaultAclUntil = 0;
    }

    /// <summary>Moves on with each name in this directory that led to a node and does so no more.</summary>
    /// <remarks>
    /// Written under the table's lock. Who reads it before a look at a name and finds it unmoved later knows that no rename
    /// or removal through the mount has overtaken the look.
    /// </remarks>
    public uint NamesLost
    {
        get => SeenDirectory is { } seen ? Volatile.Read(ref seen.NamesLost) : 0;
        set => Volatile.Write(ref AsDirectory.NamesLost, value);
    }

    /// <summary>Who may have attributes of this directory on their way to them.</summary>
    public ref Onlookers Onlookers => ref AsDirectory.Onlookers;

    /// <summary>What is known of this directory's listing in the kernel.</summary>
    public KeptListing Listing => Volatile.Read(ref AsDirectory.Listing) ?? Only(ref AsDirectory.Listing);

    /// <summary>Whether an entry of this directory came or went a moment ago; a request takes less than this.</summary>
    public bool HasJustChanged => EntriesChangedAt != 0 && Environment.TickCount64 - EntriesChangedAt < LongestLook;

    /// <summary>
    /// Whether a network client may still show this directory as it was before its last entry came or went, or another inode
    /// with the links of before: it keeps attributes for a second (mount.cifs(8), actimeo). CIFS gives an inode that a
    /// listing has brought one link until then (cifs_nlink_fattr_to_inode, fs/smb/client/inode.c).
    /// </summary>
    public bool IsClientLate
    {
        get
        {
            long at = IsDirectory ? EntriesChangedAt : LinksChangedAt;
            return at != 0 && !Volume.Facts.IsLocal && Environment.TickCount64 - at < ClientMemory;
        }
    }

    /// <summary>When an inode that is no directory last got a further name or lost one; TickCount64, 0: never.</summary>
    public long LinksChangedAt
    {
        get => SeenUncommon is { } seen ? Volatile.Read(ref seen.LinksChangedAt) : 0;
        set => Volatile.Write(ref Uncommon.LinksChangedAt, value);
    }

    /// <summary>When an entry last came or went; TickCount64, 0: never.</summary>
    public long EntriesChangedAt
    {
        get => SeenDirectory?.EntriesChangedAt ?? 0;
        set => AsDirectory.EntriesChangedAt = value;
    }

    // Made when first written, by whichever thread comes first, and never replaced: readers and writers see one object.
    private DirectoryState? _directory;
    private UncommonState? _uncommon;

    private DirectoryState? SeenDirectory => Volatile.Read(ref _directory);

    private DirectoryState AsDirectory => SeenDirectory ?? Only(ref _directory);

    private UncommonState? SeenUncommon => Volatile.Read(ref _uncommon);

    private UncommonState Uncommon => SeenUncommon ?? Only(ref _uncommon);

    private const long LongestLook = 10_000;

    private const long ClientMemory = 2000;

    /// <summary>Waits for a rename that is under way; whoever found no name then knows whether to try again.</summary>
    /// <param name="seen">The names that were tried.</param>
    /// <remarks>Not by the monitor: the caller may hold another node's. Bounded, since two renames may wait for each other.</remarks>
    public bool HasMovedSince(NodeName? seen)
    {
        const long longestWait = 1000;
        long deadline = Environment.TickCount64 + longestWait;
        var wait = new SpinWait();
        while (IsMoving && Environment.TickCount64 < deadline)
            wait.SpinOnce();
        return !ReferenceEquals(Names, seen);
    }

    /// <summary>Whether statx shows this inode: number, device, type, and creation time where both have it.</summary>
    public bool Is(in Statx stat)
    {
        if (stat.Ino != Ino || stat.Dev != Volume.Dev)
            return false;
        if (!Volume.IsByName)
            return Guard.Matches(Volume.GuardOf(stat));

        // Where the number is but the name's, a creation time that the server may make up proves something only once a
        // record has had it kept.
        return Record is { } record
            ? record.Guard.Matches(Volume.GuardOf(stat))
            : FileMode.TypeOf(stat.Mode) == Guard.FileType
                && (Volume.Facts.MakesUpBirthTimes || Guard.Matches(Volume.GuardOf(stat)));
    }

    /// <summary>The name, if it is a known one.</summary>
    public NodeName? NameIn(Node directory, ReadOnlySpan<byte> terminated)
    {
        for (NodeName? name = Names; name is not null; name = name.Next)
        {
            if (name.Is(directory, terminated))
                return name;
        }

        return null;
    }

    private static T Only<T>(ref T? place)
        where T : class, new()
    {
        var made = new T();
        return Interlocked.CompareExchange(ref place, made, null) ?? made;
    }

    /// <summary>Keeps what was last seen of an inode whose last name goes. Call under the node's monitor.</summary>
    public void KeepRemovedStat(in Statx stat) => Uncommon.RemovedStat = new StrongBox<Statx>(stat);
}
