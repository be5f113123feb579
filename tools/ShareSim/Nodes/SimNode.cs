using System.Text;

namespace MetaFs.ShareSim.Nodes;

/// <summary>What makes a node: an inode of the backing directory; where names are numbered, also the path.</summary>
internal readonly record struct NodeKey(ulong Dev, ulong Ino, string Path);

/// <summary>
/// An inode that the kernel knows, held by an O_PATH descriptor: it can be renamed and removed behind our back and
/// stays what it is.
/// </summary>
internal sealed class SimNode(ulong id, NodeKey key, SafeFd fd, SimNode? parent, byte[] name)
{
    // Parent and name change together.
    private volatile Tuple<SimNode?, byte[]> _place = Tuple.Create(parent, name);

    public ulong Id { get; } = id;

    public SafeFd Fd { get; } = fd;

    // What follows is guarded by the NodeTable's lock.
    public NodeKey Key { get; set; } = key;

    public ulong Lookups { get; set; }

    public int OpenCount { get; set; }

    /// <summary>Written since its mtime was last set.</summary>
    public bool IsStampDue { get; set; }

    /// <summary>Its last name is gone.</summary>
    public bool IsNameless { get; set; }

    /// <summary>The inode number it showed last: what it keeps when its number is another's.</summary>
    public ulong ShownIno { get; set; }

    /// <summary>Names to be removed at the last close.</summary>
    public List<DoomedName> Doomed { get; } = [];

    public bool IsRoot => Id == 1;

    /// <summary>From the share's root, by the name it was last seen under; one Latin-1 character per byte.</summary>
    public string Path
    {
        get
        {
            (SimNode? parent, byte[] name) = _place;
            return parent is null ? "/" : parent.PathOf(CString.FromTerminated(name));
        }
    }

    /// <summary>The path of a name in this directory.</summary>
    public string PathOf(CString name)
    {
        string last = Encoding.Latin1.GetString(name.Bytes);
        return IsRoot ? "/" + last : $"{Path}/{last}";
    }

    public void MoveTo(SimNode parent, CString name) =>
        _place = Tuple.Create((SimNode?)parent, name.ToTerminatedArray());
}

/// <summary>A name that goes at the last close.</summary>
/// <param name="Directory">Where it is: a descriptor of its own, since the kernel may forget that directory.</param>
/// <param name="Key">The same directory's key.</param>
/// <param name="Name">NUL-terminated.</param>
/// <param name="IsHidden">Whether it cannot be looked up meanwhile.</param>
internal sealed record DoomedName(SafeFd Directory, NodeKey Key, byte[] Name, bool IsHidden);
