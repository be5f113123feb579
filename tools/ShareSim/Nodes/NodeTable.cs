using MetaFs.Fuse;

namespace MetaFs.ShareSim.Nodes;

/// <summary>The nodes that the kernel knows.</summary>
internal sealed class NodeTable
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<ulong, SimNode> _byId = [];
    private readonly Dictionary<NodeKey, SimNode> _byKey = [];
    private readonly List<DoomedName> _hidden = [];
    private ulong _lastId = 1;

    public NodeTable(SafeFd root, in Statx stat)
    {
        Root = new SimNode(1, new NodeKey(stat.Dev, stat.Ino, ""), root, null, []);
        _byId.Add(1, Root);
        _byKey.Add(Root.Key, Root);
    }

    public SimNode Root { get; }

    /// <summary>The node of an id that the kernel has.</summary>
    public SimNode Get(NodeId id)
    {
        lock (_lock)
            return _byId[id.Value];
    }

    public SimNode? Find(NodeKey key)
    {
        lock (_lock)
            return _byKey.GetValueOrDefault(key);
    }

    /// <summary>Counts a lookup of an inode, whose node is made if need be.</summary>
    /// <param name="key">Which.</param>
    /// <param name="fd">O_PATH; the table's from now on.</param>
    /// <param name="directory">Where it was found.</param>
    /// <param name="name">By what name.</param>
    public SimNode Enter(NodeKey key, SafeFd fd, SimNode directory, CString name)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out SimNode? node))
            {
                fd.Dispose();
                node.MoveTo(directory, name);
            }
            else
            {
                node = new SimNode(++_lastId, key, fd, directory, name.ToTerminatedArray());
                _byId.Add(node.Id, node);
                _byKey.Add(key, node);
            }

            node.Lookups++;
            return node;
        }
    }

    /// <summary>Takes lookups back.</summary>
    /// <returns>The node, if that was its end.</returns>
    public SimNode? Forget(NodeId id, ulong lookups)
    {
        lock (_lock)
        {
            if (id == NodeId.Root || !_byId.TryGetValue(id.Value, out SimNode? node))
                return null;
            node.Lookups -= Math.Min(lookups, node.Lookups);
            if (node.Lookups > 0)
                return null;
            _byId.Remove(id.Value);
            if (_byKey.GetValueOrDefault(node.Key) == node)
                _byKey.Remove(node.Key);
            node.Fd.Dispose();
            return node;
        }
    }

    /// <summary>An inode lost its last name; its number may come again for another.</summary>
    /// <returns>Whether nothing has it open.</returns>
    public bool Remove(NodeKey key)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out SimNode? node))
                return true;
            node.IsNameless = true;
            return node.OpenCount == 0;
        }
    }

    /// <summary>Gives a node another place; its key too, if that has a path in it.</summary>
    public void Move(SimNode node, SimNode directory, CString name)
    {
        lock (_lock)
        {
            node.MoveTo(directory, name);
            if (node.Key.Path.Length == 0)
                return;
            if (_byKey.GetValueOrDefault(node.Key) == node)
                _byKey.Remove(node.Key);
            node.Key = node.Key with { Path = directory.PathOf(name) };
            _byKey[node.Key] = node;
        }
    }

    public void CountOpen(SimNode node)
    {
        lock (_lock)
            node.OpenCount++;
    }

    /// <summary>Counts a close.</summary>
    /// <returns>The names that go with the last one; null: it was not the last.</returns>
    public DoomedName[]? CountClose(SimNode node, out bool isNameless)
    {
        lock (_lock)
        {
            isNameless = node.IsNameless;
            if (--node.OpenCount > 0)
                return null;
            DoomedName[] doomed = [.. node.Doomed];
            node.Doomed.Clear();
            return doomed;
        }
    }

    public bool IsOpen(SimNode? node)
    {
        if (node is null)
            return false;
        lock (_lock)
            return node.OpenCount > 0;
    }

    /// <summary>Dooms a name of an open file.</summary>
    /// <returns>False: it was closed meanwhile, and nobody would take the name away.</returns>
    public bool TryDoom(SimNode node, DoomedName name)
    {
        lock (_lock)
        {
            if (node.OpenCount == 0)
                return false;
            node.Doomed.Add(name);
            if (name.IsHidden)
                _hidden.Add(name);
            return true;
        }
    }

    /// <summary>A doomed name is gone.</summary>
    public void Bury(DoomedName name)
    {
        lock (_lock)
            _hidden.Remove(name);
    }

    /// <summary>Whether a name is listed, but leads nowhere any more.</summary>
    public bool IsHidden(SimNode directory, CString name)
    {
        lock (_lock)
        {
            foreach (DoomedName one in _hidden)
            {
                if (one.Key == directory.Key && name.Terminated.SequenceEqual(one.Name))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether a name waits for a last close as .nfsXXXX.</summary>
    public bool IsSilly(SimNode node, SimNode directory, CString name)
    {
        lock (_lock)
        {
            foreach (DoomedName one in node.Doomed)
            {
                if (!one.IsHidden && one.Key == directory.Key && name.Terminated.SequenceEqual(one.Name))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Marks a file as written, or its mtime as set.</summary>
    public void SetStampDue(SimNode node, bool due)
    {
        lock (_lock)
            node.IsStampDue = due;
    }

    /// <summary>Takes the mark of a written file away.</summary>
    /// <returns>Whether it was there.</returns>
    public bool TakeStampDue(SimNode node)
    {
        lock (_lock)
        {
            bool due = node.IsStampDue;
            node.IsStampDue = false;
            return due;
        }
    }
}
