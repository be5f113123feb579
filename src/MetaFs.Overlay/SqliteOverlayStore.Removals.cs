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
            return Ready() is var ready && ready != OverlayStatus.Ok ? ready : Finish("noting a removal", RunKey(_beginRemoval, key));
    }

    /// <inheritdoc/>
    public OverlayStatus EndRemoval(in InodeKey key)
    {
        lock (_writeGate)
            return Ready() is var ready && ready != OverlayStatus.Ok ? ready : Finish("ending a removal", RunKey(_endRemoval, key));
    }

    /// <inheritdoc/>
    /// <remarks>If they cannot be read they stay noted, their records guarded by nothing but the type.</remarks>
    public IReadOnlyList<PendingRemoval> PendingRemovals(long volume)
    {
        return Pending(volume, OverlaySchema.PendingRemovals, "removals", (row, paths) =>
        {
            InodeKey key = new(volume, unchecked((ulong)row.Integer(InoColumn)));
            _ = RecordRow.Read(row, out InodeRecord? record);
            return new PendingRemoval(
                key, record?.TypeOnShare ?? 0, record is null ? null : paths.PathOf(key, record.Hint))
            {
                Names = _hasNames ? NamesOf(key, paths) : (IReadOnlyList<KeptName>)[],
            };
        });
    }

    private List<KeptName> NamesOf(in InodeKey key, HintPaths paths)
    {
        List<KeptName> names = [];
        using SqliteStatement row = _writer.PrepareForCaller(OverlaySchema.NamesOf);
        row.Bind(1, key.Volume);
        row.Bind(2, key.Ino);
        while (_writer.Query(row))
        {
            PathHint place = new(unchecked((ulong)row.Integer(0)), row.Bytes(1).ToArray());
            names.Add(new KeptName(place, paths.PathOf(key, place)));
        }

        return names;
    }

    // What was begun in a volume and not ended; what cannot be read is left for the next mount.
    private List<T> Pending<T>(long volume, string sql, string what, Func<SqliteStatement, HintPaths, T> read)
    {
        List<T> pending = [];
        lock (_writeGate)
        {
            if (Ready() != OverlayStatus.Ok)
                return pending;
            try
            {
                using SqliteStatement row = _writer.PrepareForCaller(sql);
                using HintPaths paths = new(_writer, _volumes);
                row.Bind(1, volume);
                while (_writer.Query(row))
                    pending.Add(read(row, paths));
            }
            catch (SqliteException e)
            {
                _log.Report($"database {_path}: reading begun {what} failed: {e.Message}");
            }
        }

        return pending;
    }
}
