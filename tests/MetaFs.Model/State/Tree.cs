using MetaFs.Model.Operations;

namespace MetaFs.Model.State;

/// <summary>What one actor's files must show: its names in the shared directories, and all below them.</summary>
internal sealed partial class Tree
{
    private readonly Dictionary<int, Inode> _inodes = [];
    private readonly Dictionary<int, int> _handles = [];
    private readonly Rules _rules;
    private List<(string Path, Inode Inode)>? _names;
    private int _lastId;

    public Tree(Rules rules)
    {
        _rules = rules;
        Root = Add(new Inode { Id = ++_lastId, Type = FileMode.S_IFDIR, IsShared = true });
        foreach ((string name, uint permissions, uint gid) in SharedDirectories.All)
        {
            Inode shared = Add(new Inode { Id = ++_lastId, Type = FileMode.S_IFDIR, IsShared = true });
            shared.Permissions = permissions;
            shared.Gid = gid;
            Root.Entries.Add(new Entry(name, shared.Id));
        }
    }

    private Tree(Tree other)
    {
        _rules = other._rules;
        _lastId = other._lastId;
        foreach (Inode inode in other._inodes.Values)
            Add(inode.Copy());
        foreach ((int handle, int id) in other._handles)
            _handles.Add(handle, id);
        Root = _inodes[other.Root.Id];
    }

    /// <summary>The run's directory.</summary>
    public Inode Root { get; }

    public IReadOnlyDictionary<int, int> Handles => _handles;

    /// <summary>All own names with their paths, parents first.</summary>
    public List<(string Path, Inode Inode)> Names => _names ??= [.. Below(Root, "").Where(name => !name.Inode.IsShared)];

    /// <summary>All directories with their paths: the shared ones and the own ones.</summary>
    public IEnumerable<(string Path, Inode Inode)> Directories =>
        Below(Root, "").Where(name => name.Inode.IsDirectory);

    public Tree Copy() => new(this);

    public Inode this[int id] => _inodes[id];

    public bool Has(int id) => _inodes.ContainsKey(id);

    public Inode OfHandle(int handle) => _inodes[_handles[handle]];

    /// <summary>The inode that the operation is about; null where its path leads nowhere.</summary>
    public Inode? TargetOf(Operation operation) =>
        operation.Path.Length > 0 ? Find(operation.Path) : operation.Handle >= 0 ? OfHandle(operation.Handle) : null;

    public Inode? Find(string path)
    {
        Inode? inode = Root;
        foreach (string name in path.Split('/'))
        {
            int index = inode.IndexOf(name);
            if (index < 0)
                return null;
            inode = _inodes[inode.Entries[index].Id];
        }

        return inode;
    }

    /// <summary>st_nlink, where directories count their subdirectories.</summary>
    public uint LinksOf(Inode inode)
    {
        if (!inode.IsDirectory)
            return inode.Names;
        return inode.IsRemoved ? 0 : 2 + (uint)inode.Entries.Count(entry => _inodes[entry.Id].IsDirectory);
    }

    /// <summary>All handles are gone, and what only they led to.</summary>
    public void DropHandles()
    {
        foreach (int handle in _handles.Keys.ToArray())
            CloseHandle(handle);
    }

    /// <summary>What was made under a name came to be no more than a file.</summary>
    public void BecomeFile(string path, byte[] data)
    {
        Inode inode = Find(path)!;
        _inodes[inode.Id] = inode.Copy(FileMode.S_IFREG);
        _inodes[inode.Id].Data = data;
        _names = null;
    }

    /// <summary>Everything was read.</summary>
    public void ForgetAccessTimes()
    {
        foreach (Inode inode in _inodes.Values)
            inode.Atime = TimeRule.Unknown;
    }

    private void CloseHandle(int handle)
    {
        _handles.Remove(handle, out int id);
        DropIfUnreferenced(_inodes[id]);
    }

    private Inode Add(Inode inode)
    {
        _inodes.Add(inode.Id, inode);
        return inode;
    }

    private void DropIfUnreferenced(Inode inode)
    {
        bool hasNames = inode.IsDirectory ? !inode.IsRemoved : inode.Names > 0;
        if (!hasNames && !_handles.ContainsValue(inode.Id))
            _inodes.Remove(inode.Id);
    }

    private (Inode Directory, string Name) ParentOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return (Find(path[..slash]) ?? throw new InvalidOperationException($"no parent: {path}"), path[(slash + 1)..]);
    }

    private IEnumerable<(string Path, Inode Inode)> Below(Inode directory, string path)
    {
        foreach (Entry entry in directory.Entries)
        {
            Inode inode = _inodes[entry.Id];
            string itsPath = path.Length == 0 ? entry.Name : path + "/" + entry.Name;
            yield return (itsPath, inode);
            foreach ((string, Inode) below in Below(inode, itsPath))
                yield return below;
        }
    }
}
