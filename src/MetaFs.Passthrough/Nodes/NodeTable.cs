// The inodes the kernel knows, by nodeid and by share inode (row 4 of the request's way).
using System.Diagnostics.CodeAnalysis;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Nodes;

/// <summary>Nodes by id and by inode. Every name of one inode leads to one node, so the kernel caches it once.</summary>
internal sealed class NodeTable : IDisposable
{
    private readonly Lock _lock = new();
    private readonly DirectoryFds _directories;
    private readonly MemoryReturn _memory;

    // All guarded by _lock for writing. _slots is also read without it: it only grows, by a copy, and the kernel names
    // a node only between a reply that gave it out and its FORGET.
    private readonly Dictionary<InodeKey, Node> _byKey = [];
    private readonly Stack<uint> _free = new();

    // Numbers of ours whose inode has no name any more but is still referenced: nobody else may get them.
    private readonly HashSet<InodeKey> _orphaned = [];
    private volatile Node?[] _slots = new Node?[1024];
    private ulong _generation;
    private uint _used = (uint)NodeId.Root.Value;

    public NodeTable(DirectoryFds directories)
    {
        _directories = directories;
        _memory = new MemoryReturn(Trim);
    }

    /// <summary>Nodes alive.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byKey.Count;
        }
    }

    /// <summary>Adds the root, which no LOOKUP brings and no FORGET takes.</summary>
    public Node AddRoot(ShareVolume volume, in Statx stat, InodeGuard guard)
    {
        lock (_lock)
        {
            Node root = NewNode(volume, stat.Ino, guard);
            root.LookupCount = 1;
            return root;
        }
    }

    public bool TryGet(NodeId id, [NotNullWhen(true)] out Node? node)
    {
        Node?[] slots = _slots;
        node = id.Value < (ulong)slots.Length ? Volatile.Read(ref slots[id.Value]) : null;
        return node is not null;
    }

    /// <summary>The node of an inode, if the kernel knows it.</summary>
    public Node? Find(ShareVolume volume, in Statx stat)
    {
        lock (_lock)
            return _byKey.TryGetValue(new InodeKey(volume.Id, stat.Ino), out Node? node) && node.Is(stat) ? node : null;
    }

    /// <summary>The node of a key, if the kernel knows one.</summary>
    public Node? Find(in InodeKey key)
    {
        lock (_lock)
            return _byKey.GetValueOrDefault(key);
    }

    /// <summary>Whether any inode that the kernel still refers to has a number.</summary>
    public bool IsLive(in InodeKey key)
    {
        lock (_lock)
            return _byKey.ContainsKey(key) || _orphaned.Contains(key);
    }

    /// <summary>The node of an inode found under a name, with one more lookup.</summary>
    /// <param name="volume">The inode's volume.</param>
    /// <param name="stat">What the share shows of it.</param>
    /// <param name="parent">The directory.</param>
    /// <param name="name">The name there.</param>
    /// <param name="namesLost">The directory's <see cref="Node.NamesLost"/> before the look; null: not known.</param>
    /// <param name="node">The node; where the answer is false, one that has the inode's number.</param>
    /// <returns>
    /// False: the node does not match what was seen, or it would get a name that it may have lost since. Only another look
    /// can tell.
    /// </returns>
    public bool TryLookup(
        ShareVolume volume, in Statx stat, Node parent, CString name, uint? namesLost, out Node node)
    {
        lock (_lock)
        {
            bool isKnown = _byKey.TryGetValue(new InodeKey(volume.Id, stat.Ino), out Node? found);
            node = found ??= NewNode(volume, stat.Ino, volume.GuardOf(stat));
            if (!found.Is(stat))
                return false;
            if (isKnown && parent.NamesLost != namesLost && found.NameIn(parent, name.Terminated) is null)
                return false;
            AddNameLocked(found, parent, name.Terminated);
            found.LookupCount++;
            return true;
        }
    }

    /// <summary>Takes the inode's number from a node: its file is gone, and another one has the number now.</summary>
    public void ReleaseKey(Node node)
    {
        lock (_lock)
            ReleaseKeyLocked(node);
    }

    /// <summary>The node of an inode that was made a moment ago, with one lookup: one of that number is of a file that is gone.</summary>
    public Node AddNew(ShareVolume volume, in Statx stat, Node parent, CString name)
    {
        lock (_lock)
        {
            Node node = NewNode(volume, stat.Ino, volume.GuardOf(stat));
            AddNameLocked(node, parent, name.Terminated);
            node.LookupCount++;
            return node;
        }
    }

    /// <summary>A node for an inode without a name (O_TMPFILE), with one lookup.</summary>
    public Node AddNameless(ShareVolume volume, in Statx stat)
    {
        lock (_lock)
        {
            Node node = NewNode(volume, stat.Ino, volume.GuardOf(stat));
            node.IsRemoved = true;
            node.LookupCount++;
            return node;
        }
    }

    /// <summary>Gives a node a name it was seen under, and one more lookup.</summary>
    public void LookupAs(Node node, Node parent, CString name)
    {
        lock (_lock)
        {
            AddNameLocked(node, parent, name.Terminated);
            node.LookupCount++;
        }
    }

    /// <summary>Gives a node a name it was seen under.</summary>
    public void AddName(Node node, Node parent, CString name)
    {
        lock (_lock)
            AddNameLocked(node, parent, name.Terminated);
    }

    /// <summary>Takes a name that no longer leads to the node.</summary>
    public void RemoveName(Node node, Node parent, ReadOnlySpan<byte> terminated)
    {
        lock (_lock)
            RemoveNameLocked(node, parent, terminated);
    }

    /// <summary>Takes a name in all its spellings, on a share that ignores case.</summary>
    /// <returns>Whether the database has it.</returns>
    public bool RemoveEntry(Node node, Node parent, CString name)
    {
        bool wasKept = false;
        ReadOnlySpan<byte> form = parent.Volume.FormOf(name.Bytes);
        lock (_lock)
        {
            for (NodeName? known = node.Names; known is not null; known = known.Next)
            {
                if (!ReferenceEquals(known.Parent, parent) || !parent.Volume.FormOf(known.Name.AsSpan(..^1)).SequenceEqual(form))
                    continue;
                wasKept |= known.IsKept;
                RemoveNameLocked(node, parent, known.Name);
            }
        }

        return wasKept;
    }

    /// <summary>Takes all names, and the inode's number: the next file of that number is another file.</summary>
    public void Remove(Node node)
    {
        lock (_lock)
        {
            node.IsRemoved = true;
            for (NodeName? name = node.Names; name is not null; name = name.Next)
            {
                Lose(node, name);
                DropReferenceLocked(name.Parent);
            }

            node.Names = null;
            ReleaseKeyLocked(node);
        }
    }

    /// <summary>A removed or nameless node has a name again (linkat of an open file).</summary>
    public void Revive(Node node)
    {
        lock (_lock)
        {
            node.IsRemoved = false;
            _byKey[node.Key] = node;
            _orphaned.Remove(node.Key);
        }
    }

    /// <summary>FORGET: takes lookups back.</summary>
    public void Forget(NodeId id, ulong lookups)
    {
        if (id == NodeId.Root || !TryGet(id, out Node? node))
            return;
        lock (_lock)
        {
            node.LookupCount -= Math.Min(lookups, node.LookupCount);
            ReapLocked(node);
            _memory.Forgot(_byKey.Count);
        }
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Keeps a node alive for an open handle.</summary>
    public void AddReference(Node node)
    {
        lock (_lock)
            node.References++;
    }

    /// <summary>Takes <see cref="AddReference"/> back.</summary>
    public void DropReference(Node node)
    {
        lock (_lock)
            DropReferenceLocked(node);
    }

    // The slots stay: a node is found by its number.
    private void Trim()
    {
        lock (_lock)
        {
            _byKey.TrimExcess();
            _memory.Returned(_byKey.Count);
        }
    }

    private Node NewNode(ShareVolume volume, ulong ino, InodeGuard guard)
    {
        if (!_free.TryPop(out uint slot))
        {
            slot = _used++;
            if (slot >= _slots.Length)
            {
                var larger = new Node?[_slots.Length * 2];
                _slots.CopyTo(larger, 0);
                _slots = larger;
            }
        }

        var node = new Node(slot, ++_generation, volume, ino, guard);
        _slots[slot] = node;
        _byKey[node.Key] = node;
        return node;
    }

    private void AddNameLocked(Node node, Node parent, ReadOnlySpan<byte> terminated)
    {
        if (node.NameIn(parent, terminated) is { } known)
        {
            Attach(node, known);
            return;
        }

        // A directory has one name: another one was moved behind our back.
        NodeName? old = node.Names;
        bool replaces = node.IsDirectory && old is not null;
        parent.References++;
        var added = new NodeName(parent, terminated.ToArray(), replaces ? null : old);
        node.Names = added;
        Attach(node, added);
        if (!replaces)
            return;
        if (!IsSameEntry(node, added, old!))
            Lose(node, old!);
        DropReferenceLocked(old!.Parent);
    }

    private void RemoveNameLocked(Node node, Node parent, ReadOnlySpan<byte> terminated)
    {
        NodeName? kept = null;
        NodeName? found = null;
        for (NodeName? name = node.Names; name is not null; name = name.Next)
        {
            if (name.Is(parent, terminated))
                found = name;
            else
                kept = new NodeName(name.Parent, name.Name, kept) { IsKept = name.IsKept };
        }

        if (found is null)
            return;
        node.Names = kept;
        Lose(node, found);

        // Another spelling, on a share that ignores case, is the same entry.
        for (NodeName? name = kept; name is not null; name = name.Next)
        {
            if (IsSameEntry(node, name, found))
                Attach(node, name);
        }

        DropReferenceLocked(parent);
    }

    private static void Lose(Node node, NodeName name)
    {
        name.Parent.NamesLost++;
        Detach(node, name);
    }

    private static void Attach(Node node, NodeName name)
    {
        if (node.Volume.IsByName)
            (name.Parent.Entries ??= new NamedNodes()).Set(name.Parent.Volume.FormOf(name.Name.AsSpan(..^1)), node);
    }

    private static void Detach(Node node, NodeName name)
    {
        if (node.Volume.IsByName)
            name.Parent.Entries?.Remove(name.Parent.Volume.FormOf(name.Name.AsSpan(..^1)), node);
    }

    private static bool IsSameEntry(Node node, NodeName one, NodeName other) =>
        node.Volume.IsByName && ReferenceEquals(one.Parent, other.Parent)
        && one.Parent.Volume.FormOf(one.Name.AsSpan(..^1))
            .SequenceEqual(one.Parent.Volume.FormOf(other.Name.AsSpan(..^1)));

    private void DropReferenceLocked(Node node)
    {
        node.References--;
        ReapLocked(node);
    }

    // A loop, not a recursion: the last file of a path of thousands of directories may take them all with it.
    private void ReapLocked(Node first)
    {
        var doomed = new ReapList(first);
        while (doomed.TryTake(out Node? node))
        {
            if (node.LookupCount != 0 || node.References != 0 || node.Id == NodeId.Root)
                continue;
            if (!ReferenceEquals(_slots[node.Id.Value], node))
                continue;
            _slots[node.Id.Value] = null;
            _free.Push((uint)node.Id.Value);
            ReleaseKeyLocked(node);
            _orphaned.Remove(node.Key);
            node.Volume.Links.Forget(node);
            _directories.Drop(node);
            for (NodeName? name = node.Names; name is not null; name = name.Next)
            {
                Detach(node, name);
                name.Parent.References--;
                doomed.Add(name.Parent);
            }

            node.Names = null;
        }
    }

    private void ReleaseKeyLocked(Node node)
    {
        if (!_byKey.TryGetValue(node.Key, out Node? current) || !ReferenceEquals(current, node))
            return;
        _byKey.Remove(node.Key);
        if (node.Volume.IsByName)
            _orphaned.Add(node.Key);
    }
}
