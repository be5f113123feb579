using MetaFs.Overlay;

namespace MetaFs.Passthrough.Nodes;

/// <summary>Names that are to be kept, each with those of the directories above it that are not kept yet: all or none.</summary>
/// <remarks>Under the volume's <see cref="Shares.ShareVolume.Keeping"/>, or a directory could be renamed meanwhile.</remarks>
internal sealed class KeptNames
{
    private readonly List<NodeName> _names = [];
    private readonly List<NameChange> _changes = [];

    /// <summary>A name, and the way to it.</summary>
    public void Add(NodeName name, ulong ino)
    {
        Take(name, ino);
        AddWay(name.Parent);
    }

    /// <summary>A name that nobody has any more.</summary>
    public void Remove(Node directory, ReadOnlySpan<byte> name) => _changes.Add(Change(directory, name, 0));

    /// <summary>Writes them, with some records, and ends a note of a rename.</summary>
    public OverlayStatus Apply(INameStore store, ReadOnlySpan<OverlayChange> records, PendingMove? ended = null)
    {
        if (_changes.Count == 0 && records.IsEmpty && ended is null)
            return OverlayStatus.Ok;
        OverlayStatus status = store.Apply(records, _changes.ToArray(), ended);
        if (status == OverlayStatus.Ok)
        {
            foreach (NodeName name in _names)
                name.IsKept = true;
        }

        return status;
    }

    /// <summary>The row of a name that a node has lost, unless another one has it by now.</summary>
    public static NameChange Lost(Node node, Node directory, ReadOnlySpan<byte> name) =>
        Change(directory, name, 0) with { Was = node.Ino };

    /// <summary>The row of a name; 0: nobody has it any more.</summary>
    private static NameChange Change(Node directory, ReadOnlySpan<byte> name, ulong ino) =>
        new(directory.Volume.Id, directory.Ino, directory.Volume.FormOf(name).ToArray(), ino);

    /// <summary>The way to a directory: what is kept has all of it kept.</summary>
    public void AddWay(Node directory)
    {
        while (directory.Names is { IsKept: false } name && ReferenceEquals(directory.Volume, name.Parent.Volume))
        {
            Take(name, directory.Ino);
            directory = name.Parent;
        }
    }

    private void Take(NodeName name, ulong ino)
    {
        _names.Add(name);
        _changes.Add(Change(name.Parent, name.Name.AsSpan(..^1), ino));
    }
}
