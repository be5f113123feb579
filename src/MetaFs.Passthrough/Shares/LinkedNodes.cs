using MetaFs.Linux;
using MetaFs.Passthrough.Nodes;

namespace MetaFs.Passthrough.Shares;

/// <summary>
/// Nodes with several names by the number that the share shows of them now, where that number counts for nothing else: by
/// it another name is found to be of the same inode. Thread-safe.
/// </summary>
internal sealed class LinkedNodes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Node> _nodes = [];

    /// <summary>Notes what the share showed of a node.</summary>
    public void Note(Node node, in Statx seen)
    {
        bool isLinked = seen.Nlink > 1 && !node.IsDirectory;
        if (node.ShareIno == seen.Ino && node.IsLinkNoted == isLinked)
            return;
        lock (_lock)
        {
            Remove(node);
            node.ShareIno = seen.Ino;
            node.IsLinkNoted = isLinked;
            if (isLinked)
                _nodes[seen.Ino] = node;
        }
    }

    public Node? Find(ulong shareIno)
    {
        lock (_lock)
            return _nodes.TryGetValue(shareIno, out Node? node) ? node : null;
    }

    public void Forget(Node node)
    {
        if (!node.IsLinkNoted)
            return;
        lock (_lock)
            Remove(node);
    }

    private void Remove(Node node)
    {
        if (_nodes.TryGetValue(node.ShareIno, out Node? known) && ReferenceEquals(known, node))
            _nodes.Remove(node.ShareIno);
        node.IsLinkNoted = false;
    }
}
