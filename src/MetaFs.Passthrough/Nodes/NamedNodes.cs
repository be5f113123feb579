// What the kernel knows of one directory, by name: for volumes whose inodes are known by their names.
using MetaFs.Passthrough.Shares;

namespace MetaFs.Passthrough.Nodes;

/// <summary>The known names of a directory. Thread-safe; a lock of its own, taken inside the table's.</summary>
internal sealed class NamedNodes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], Node> _nodes = new(NameBytes.Comparer);
    private readonly Dictionary<byte[], Node>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    public NamedNodes() => _bySpan = _nodes.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The node of a name, or null.</summary>
    /// <param name="form">The name's one form, <see cref="ShareVolume.FormOf"/>.</param>
    public Node? Find(ReadOnlySpan<byte> form)
    {
        lock (_lock)
            return _bySpan.TryGetValue(form, out Node? node) ? node : null;
    }

    public void Set(ReadOnlySpan<byte> form, Node node)
    {
        lock (_lock)
            _bySpan[form] = node;
    }

    /// <summary>Takes a name from a node, unless it is another one's by now.</summary>
    public void Remove(ReadOnlySpan<byte> form, Node node)
    {
        lock (_lock)
        {
            if (_bySpan.TryGetValue(form, out Node? known) && ReferenceEquals(known, node))
                _bySpan.Remove(form);
        }
    }
}
