namespace MetaFs.Model.State;

/// <summary>What the model knows of one inode. Arrays are replaced, never written to, so that a copy is cheap.</summary>
internal sealed class Inode
{
    private const int Remembered = 10;

    public required int Id { get; init; }

    /// <summary>One of S_IF*.</summary>
    public required uint Type { get; init; }

    /// <summary>A directory of all actors: only the entries are judged.</summary>
    public bool IsShared { get; init; }

    public uint Permissions { get; set; }

    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public TimeRule Atime { get; set; }

    public TimeRule Mtime { get; set; }

    /// <summary>ctime is not older than that, ns.</summary>
    public long CtimeFloor { get; set; }

    /// <summary>0: not seen yet.</summary>
    public ulong Ino { get; set; }

    /// <summary>Names of anything but a directory.</summary>
    public uint Names { get; set; }

    /// <summary>Whether a directory was removed; handles may still lead to it.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Made by O_TMPFILE and never linked: linkat(2) gives it its first name, and no other file one again.</summary>
    public bool IsLinkable { get; set; }

    public byte[] Data { get; set; } = [];

    /// <summary>Of a device.</summary>
    public uint Device { get; init; }

    /// <summary>Of a symbolic link.</summary>
    public string Target { get; init; } = "";

    public SortedDictionary<string, byte[]> Xattrs { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Of a directory: this actor's names, and the inodes' ids.</summary>
    public List<Entry> Entries { get; private init; } = [];

    /// <summary>Every uid and gid it was ever given: what it may not show otherwise is another file's.</summary>
    public HashSet<uint> Given { get; private init; } = [];

    /// <summary>The last operations on it, for the report.</summary>
    public Queue<string> History { get; private init; } = new();

    public bool IsDirectory => Type == FileMode.S_IFDIR;

    public bool IsRegular => Type == FileMode.S_IFREG;

    /// <summary>Links have none but of the kernel's own.</summary>
    public bool HasXattrs => Type != FileMode.S_IFLNK;

    public void Remember(string operation)
    {
        if (History.Count == Remembered)
            History.Dequeue();
        History.Enqueue(operation);
    }

    public int IndexOf(string name) => Entries.FindIndex(entry => string.Equals(entry.Name, name, StringComparison.Ordinal));

    public Inode Copy(uint? type = null) => new()
    {
        Id = Id,
        Type = type ?? Type,
        IsShared = IsShared,
        Permissions = Permissions,
        Uid = Uid,
        Gid = Gid,
        Atime = Atime,
        Mtime = Mtime,
        CtimeFloor = CtimeFloor,
        Ino = Ino,
        Names = Names,
        IsRemoved = IsRemoved,
        IsLinkable = IsLinkable,
        Data = Data,
        Device = type is null ? Device : 0,
        Target = Target,
        Xattrs = new(Xattrs, StringComparer.Ordinal),
        Entries = [.. Entries],
        Given = [.. Given],
        History = new(History),
    };
}

/// <summary>A name and the inode it leads to. One char of the name is one byte.</summary>
internal readonly record struct Entry(string Name, int Id);
