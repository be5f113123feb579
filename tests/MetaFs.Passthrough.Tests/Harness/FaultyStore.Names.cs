using MetaFs.Overlay;

namespace MetaFs.Passthrough.Tests.Harness;

internal sealed partial class FaultyStore
{
    public bool HasNames => inner.HasNames;

    /// <summary>Runs before the number of a name is read: another thread that was faster.</summary>
    public Action? BeforeFindName { get; set; }

    public OverlayStatus FindName(long volume, ulong parent, ReadOnlySpan<byte> name, out ulong ino)
    {
        BeforeFindName?.Invoke();
        ino = 0;
        return Fails(StoreCalls.Get) ?? inner.FindName(volume, parent, name, out ino);
    }

    public OverlayStatus IsTaken(in InodeKey number, out bool taken)
    {
        taken = false;
        return Fails(StoreCalls.Get) ?? inner.IsTaken(number, out taken);
    }

    public OverlayStatus CountNames(in InodeKey number, out long count)
    {
        count = 0;
        return Fails(StoreCalls.Get) ?? inner.CountNames(number, out count);
    }

    /// <summary>Runs before names are written: another thread that was faster.</summary>
    public Action? BeforeApply { get; set; }

    public OverlayStatus Apply(
        ReadOnlySpan<OverlayChange> records, ReadOnlySpan<NameChange> names, PendingMove? ended = null)
    {
        BeforeApply?.Invoke();
        return Fails(StoreCalls.Apply) ?? inner.Apply(records, names, ended);
    }

    public OverlayStatus BeginMove(PendingMove move, out PendingMove? noted)
    {
        noted = null;
        return Fails(StoreCalls.Removal) ?? inner.BeginMove(move, out noted);
    }

    public IReadOnlyList<PendingMove> PendingMoves(long volume) => inner.PendingMoves(volume);
}
