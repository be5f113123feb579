// One file system below the share's root, and what it was seen to do.
using System.Buffers.Binary;
using System.Security.Cryptography;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Counters;
using MetaFs.Passthrough.Hiding;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Objects;

namespace MetaFs.Passthrough.Shares;

/// <summary>The three kinds of call whose treatment is remembered.</summary>
internal enum ShareCall
{
    Chown,
    Chmod,
    Utimens,
}

/// <summary>A volume: everything below the root with the same st_dev.</summary>
internal sealed class ShareVolume
{
    /// <summary>What every look at the share asks for.</summary>
    public const StatxMask Mask = StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME;

    private readonly IOverlayStore _store;
    private readonly Lock _lock = new();

    // Guarded by _lock for writing; read without it, since a late view of a trait only costs one more try.
    private readonly CallTrait[] _traits;
    private volatile bool _falseBirthTimes;
    private volatile bool _cannotKeepBirthTimes;
    private int _lackedXattrs;
    private int _labels;
    private volatile int _placeholders;
    private volatile int _longestName;
    private readonly bool[] _seenNow = new bool[3];

    public ShareVolume(
        IOverlayStore store, Volume row, ulong dev, int ordinal, FileSystemFacts facts, bool keepAccess,
        ObjectPolicy objects = ObjectPolicy.Auto)
    {
        _store = store;
        Id = row.Id;
        Dev = dev;
        Ordinal = ordinal;
        Facts = facts;
        Hidden = new HiddenDirectory(store, row);
        IsByName = row.Identity.ByName;
        KeepAccess = keepAccess;
        _traits = [row.Traits.Chown, row.Traits.Chmod, row.Traits.Utimens];
        _falseBirthTimes = row.Traits.FalseBirthTimes;
        _placeholders = (int)row.Traits.Placeholders;
        Objects = new VolumeObjects(store, this, objects);
    }

    /// <summary>Its id in the database.</summary>
    public long Id { get; }

    /// <summary>Its st_dev, this time.</summary>
    public ulong Dev { get; }

    /// <summary>0 for the root's volume, then counted as they are met.</summary>
    public int Ordinal { get; }

    public FileSystemFacts Facts { get; }

    /// <summary>Where the numbers that inodes are known by are a server's, which its client may stop showing; else null.</summary>
    public ServerNumbers? Numbers { get; init; }

    /// <summary>Which of its plain files stand for something else.</summary>
    public VolumeObjects Objects { get; }

    /// <summary>The kinds of object that placeholders were ever made for.</summary>
    public ObjectKinds Placeholders => (ObjectKinds)_placeholders;

    /// <summary>Where removed files wait while they are open.</summary>
    public HiddenDirectory Hidden { get; }

    /// <summary>Whether inodes are known by their names, under numbers of ours, since the share's move.</summary>
    public bool IsByName { get; }

    /// <summary>Whether a number means the same inode as long as there is a record of it.</summary>
    public bool KeepsNumbers => IsByName || Facts.StableInodes;

    /// <summary>
    /// Held while a name of a volume kept by name gets a number and a node, loses them, or goes from one node to another, so
    /// that nobody finds it without either meanwhile. Inside a node's monitor, outside <see cref="Keeping"/>.
    /// </summary>
    public Lock Naming { get; } = new();

    /// <summary>
    /// Held while names are written, and while a directory that they lie below gets another one. Inside a node's monitor,
    /// outside the node table's lock.
    /// </summary>
    public Lock Keeping { get; } = new();

    /// <summary>
    /// Renames of an earlier mount of which nobody could tell yet whether they have happened, oldest first; null: none.
    /// Written under <see cref="Settling"/>.
    /// </summary>
    public volatile PendingMove[]? Unsettled;

    /// <summary>Held while <see cref="Unsettled"/> renames are looked at again. No node's monitor is held when it is taken.</summary>
    public Lock Settling { get; } = new();

    /// <summary>Inodes with several names, on volumes kept by name.</summary>
    public LinkedNodes Links { get; } = new();

    /// <summary>A name as a key: all spellings that lead to one file are one.</summary>
    public ReadOnlySpan<byte> FormOf(ReadOnlySpan<byte> name) => Facts.IgnoresCase ? NameBytes.WithoutCase(name) : name;

    /// <summary>Whether files keep owner access on the share, because the daemon needs it.</summary>
    public bool KeepAccess { get; }

    /// <summary>What became of attributes that were set.</summary>
    public AttributeCounters Counters { get; init; } = new();

    /// <summary>A file of the share could not be lent to the kernel; a late view costs one more try.</summary>
    public volatile bool LacksPassthrough;

    /// <summary>Whether the share was seen to have no attributes of a name space; a late view costs one more question.</summary>
    public bool Lacks(XattrKinds kind) => ((XattrKinds)Volatile.Read(ref _lackedXattrs) & kind) != 0;

    /// <summary>Remembers, as long as it is mounted, that the share has no attributes of a name space.</summary>
    public void LearnLack(XattrKinds kind)
    {
        const XattrKinds acls = XattrKinds.AccessAcl | XattrKinds.DefaultAcl;
        Interlocked.Or(ref _lackedXattrs, (int)((kind & acls) != 0 ? acls : kind));
    }

    /// <summary>Whether a label that is not listed is not there either; a late view costs one more question.</summary>
    public bool ListsLabels => Volatile.Read(ref _labels) > 0;

    /// <summary>
    /// Remembers what became of asking for a label that was not listed. A security module may have one for what is without
    /// (security_inode_getsecurity), and then it has for every inode of a file system: once seen is enough.
    /// </summary>
    public void LearnLabels(bool areListed)
    {
        if (areListed)
            Interlocked.CompareExchange(ref _labels, 1, 0);
        else
            Volatile.Write(ref _labels, -1);
    }

    /// <summary>The longest name that it keeps, bytes, as statfs says; asked where a name is longer than elsewhere.</summary>
    public int LongestName(SafeFd fd)
    {
        if (_longestName == 0)
            _longestName = Libc.Fstatfs(fd, out Statfs statfs) == Errno.OK ? (int)Math.Min(statfs.Namelen, 4095) : 255;
        return _longestName;
    }

    /// <summary>The inode number that programs see: the share's, moved aside for volumes mounted inside it.</summary>
    public ulong ShownIno(ulong ino) => ino ^ ((ulong)Ordinal << 56);

    public CallTrait Trait(ShareCall call) => _traits[(int)call];

    /// <summary>Whether the share may show the same owner, mode or time to everybody, whatever it was told.</summary>
    public bool ShowsItsOwn(ShareCall call) => !Facts.IsLocal && Trait(call) != CallTrait.Accepts;

    /// <summary>Whether trying is known to be in vain.</summary>
    public bool IsInVain(ShareCall call) => Trait(call) is CallTrait.Refuses or CallTrait.Ignores;

    /// <summary>
    /// Remembers how a call was treated. What is seen on this mount outweighs what an earlier one left; on this mount a
    /// refusal outweighs an acceptance, since a share may accept for some files and refuse for others.
    /// </summary>
    public void Learn(ShareCall call, CallTrait seen)
    {
        int index = (int)call;
        if (seen == CallTrait.Unknown || (_seenNow[index] && (_traits[index] == seen || seen == CallTrait.Accepts)))
            return;
        lock (_lock)
        {
            _seenNow[index] = true;
            if (_traits[index] == seen)
                return;
            _traits[index] = seen;
            KeepTraits();
        }
    }

    /// <summary>Remembers that a placeholder was made.</summary>
    public void LearnPlaceholder(ObjectKinds kind)
    {
        lock (_lock)
        {
            if ((_placeholders | (int)kind) == _placeholders)
                return;
            _placeholders |= (int)kind;
            KeepTraits();
        }
    }

    /// <summary>Two names of one inode showed two creation times: from now on neither proves anything.</summary>
    public void DistrustBirthTimes()
    {
        lock (_lock)
        {
            if (_falseBirthTimes)
                return;
            _falseBirthTimes = true;
            KeepTraits();
        }
    }

    /// <summary>
    /// Makes the creation time worth something before a first record is guarded by it. A server that does not do so leaves
    /// things as they are.
    /// </summary>
    public void KeepBirthTime(SafeFd fd, in Statx stat)
    {
        if (!Facts.MakesUpBirthTimes || !KeepsNumbers || _falseBirthTimes || _cannotKeepBirthTimes)
            return;
        if (stat.HasBtime && CifsCreationTime.Keep(fd, stat) is Errno.EOPNOTSUPP or Errno.ENOSYS)
            _cannotKeepBirthTimes = true;
    }

    private void KeepTraits() => _store.PutTraits(
        Id, new VolumeTraits(_traits[0], _traits[1], _traits[2], _falseBirthTimes, Placeholders));

    /// <summary>The guard of a file by what statx shows of it; complete unless the volume asks for a handle.</summary>
    public InodeGuard GuardOf(in Statx stat) => GuardOf(stat, _falseBirthTimes);

    /// <summary>The guard of a file, with the handle's hash where there is no birth time and handles are identities.</summary>
    public InodeGuard GuardOf(in Statx stat, SafeFd directory, CString name) =>
        GuardOf(Facts, _falseBirthTimes, stat, directory, name);

    /// <summary>The same for a share that is not mounted over.</summary>
    public static InodeGuard GuardOf(
        in FileSystemFacts facts, bool falseBirthTimes, in Statx stat, SafeFd directory, CString name)
    {
        InodeGuard guard = GuardOf(stat, falseBirthTimes);
        if (guard.Kind != GuardKind.None || !facts.HandleIsIdentity)
            return guard;
        Span<byte> handle = stackalloc byte[Libc.MaxHandleSize];
        if (Libc.NameToHandleAt(directory, name, handle, out int length, out _) != Errno.OK)
            return guard;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(handle[..length], digest);
        return guard with { Kind = GuardKind.FileHandle, Value = BinaryPrimitives.ReadInt64LittleEndian(digest) };
    }

    private static InodeGuard GuardOf(in Statx stat, bool falseBirthTimes)
    {
        uint type = stat.Mode & FileMode.S_IFMT;
        return stat.HasBtime && !falseBirthTimes
            ? new InodeGuard(type, GuardKind.BirthTime, stat.BtimeNs)
            : new InodeGuard(type, GuardKind.None, 0);
    }
}
