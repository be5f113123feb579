using MetaFs.Linux;
using MetaFs.Passthrough.Nodes;

namespace MetaFs.Passthrough.Handles;

/// <summary>One open file of the share.</summary>
internal sealed class OpenFile
{
    public OpenFile(SafeFd fd, Node node, bool isWritable)
    {
        Fd = fd;
        Node = node;
        IsWritable = isWritable;
    }

    public SafeFd Fd { get; }

    public Node Node { get; }

    public bool IsWritable { get; }

    /// <summary>Whether it is the handle that the file was made with.</summary>
    public bool IsMaker { get; init; }

    /// <summary>Whether the kernel reads and writes the share's file itself.</summary>
    public bool IsPassedThrough { get; set; }

    /// <summary>The node's other handles; a list through the handles costs nothing. Guarded by the node's monitor.</summary>
    public OpenFile? Next { get; set; }
}
