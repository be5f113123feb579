// Removals that were begun: what a mount that dies in the middle of unlink(2) leaves to the next one.
using Microsoft.Data.Sqlite;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    private const int InoColumn = RecordRow.Columns;

    /// <inheritdoc/>
    public OverlayStatus BeginRemoval(in InodeKey key)
    {
        lock (_writeGate)
            return _disposed ? Closed() : Finish("noting a removal", RunKey(_beginRemoval, key));
    }

    /// <inheritdoc/>
    public OverlayStatus EndRemoval(in InodeKey key)
    {
        lock (_writeGate)
            return _disposed ? Closed() : Finish("ending a removal", RunKey(_endRemoval, key));
    }

    /// <inheritdoc/>
    public IReadOnlyList<PendingRemoval> PendingRemovals(long volume)
    {
        List<PendingRemoval> pending = [];
        lock (_writeGate)
        {
            if (_disposed)
                return pending;
            try
            {
                using SqliteStatement row = _writer.PrepareForCaller(OverlaySchema.PendingRemovals);
                using HintPaths paths = new(_writer, _volumes);
                row.Bind(1, volume);
                while (_writer.Query(row))
                {
                    InodeKey key = new(volume, unchecked((ulong)row.Integer(InoColumn)));
                    _ = RecordRow.Read(row, out InodeRecord? record);
                    pending.Add(new PendingRemoval(
                        key, record?.TypeOnShare ?? 0, record is null ? null : paths.PathOf(key, record.Hint)));
                }
            }
            catch (SqliteException e)
            {
                // They stay noted, and their records stay guarded by nothing but the type: as without a note.
                _log.Report($"database {_path}: reading begun removals failed: {e.Message}");
            }
        }

        return pending;
    }
}
