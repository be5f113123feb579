using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>No names: the node table's tests ask for none.</summary>
internal sealed partial class MemoryStore
{
    public bool HasNames => false;

    public OverlayStatus FindName(long volume, ulong parent, ReadOnlySpan<byte> name, out ulong ino)
    {
        ino = 0;
        return OverlayStatus.NotFound;
    }

    public OverlayStatus IsTaken(in InodeKey number, out bool taken)
    {
        taken = false;
        return OverlayStatus.Ok;
    }

    public OverlayStatus CountNames(in InodeKey number, out long count)
    {
        count = 0;
        return OverlayStatus.Ok;
    }

    public OverlayStatus Apply(
        ReadOnlySpan<OverlayChange> records, ReadOnlySpan<NameChange> names, PendingMove? ended = null) => Apply(records);

    public OverlayStatus BeginMove(PendingMove move, out PendingMove? noted)
    {
        noted = move;
        return OverlayStatus.Ok;
    }

    public IReadOnlyList<PendingMove> PendingMoves(long volume) => [];
}
