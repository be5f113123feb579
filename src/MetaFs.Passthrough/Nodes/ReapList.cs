using System.Diagnostics.CodeAnalysis;

namespace MetaFs.Passthrough.Nodes;

/// <summary>Nodes that may have lost their last reference. Mostly one: the stack is made only for an inode with several names.</summary>
internal struct ReapList(Node first)
{
    private Node? _next = first;
    private Stack<Node>? _more;

    public void Add(Node node)
    {
        if (_next is null)
            _next = node;
        else
            (_more ??= new Stack<Node>()).Push(node);
    }

    public bool TryTake([NotNullWhen(true)] out Node? node)
    {
        node = _next;
        _next = null;
        return node is not null || (_more is not null && _more.TryPop(out node));
    }
}
