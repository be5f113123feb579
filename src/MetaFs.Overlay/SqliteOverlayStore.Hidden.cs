// Files without a name that are still open: where they wait, and whose name was not given away yet.
namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    /// <inheritdoc/>
    public OverlayStatus PutHiddenDirectory(long volume, string name)
    {
        lock (_writeGate)
        {
            if (_disposed)
                return Closed();
            int index = Array.FindIndex(_volumes, v => v.Id == volume);
            if (index < 0)
                return OverlayStatus.NotFound;
            using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.PutHiddenDirectory);
            statement.Bind(1, volume);
            statement.Bind(2, name);
            OverlayStatus status = Finish("writing the hidden directory's name", statement.Run());
            if (status == OverlayStatus.Ok)
                Replace(_volumes[index] with { HiddenDirectory = name });
            return status;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus BeginReplacement(long volume, string hidden, ReadOnlySpan<byte> path)
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
            using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.BeginReplacement);
            statement.Bind(1, volume);
            statement.Bind(2, hidden);
            statement.Bind(3, path.ToArray());
            return Finish("noting a replacement", statement.Run());
        }
    }

    /// <inheritdoc/>
    public OverlayStatus EndReplacement(long volume, string hidden)
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
            using SqliteStatement statement = _writer.PrepareForCaller(OverlaySchema.EndReplacement);
            statement.Bind(1, volume);
            statement.Bind(2, hidden);
            return Finish("ending a replacement", statement.Run());
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PendingReplacement> PendingReplacements(long volume) => Pending(
        volume, OverlaySchema.PendingReplacements, "replacements",
        (row, _) => new PendingReplacement(row.Text(0), row.Bytes(1).ToArray()));
}
