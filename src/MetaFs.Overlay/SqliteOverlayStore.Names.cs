// Names and numbers of volumes that are kept by name.
using SQLitePCL;

namespace MetaFs.Overlay;

public sealed partial class SqliteOverlayStore
{
    // Never goes back to false, as _empty.
    private volatile bool _hasNames;

    // Renames whose end could not be written: the next change of names writes it first, or their notes would be taken for
    // renames of whatever has these names by then. Guarded by _writeGate.
    private readonly List<(NameChange[] Names, PendingMove Move)> _unended = [];

    /// <inheritdoc/>
    public bool HasNames => _hasNames;

    /// <inheritdoc/>
    public OverlayStatus FindName(long volume, ulong parent, ReadOnlySpan<byte> name, out ulong ino)
    {
        ino = 0;
        lock (_readGate)
        {
            if (_disposed)
                return Closed();
            _findName.Bind(1, volume);
            _findName.Bind(2, parent);
            _findName.Bind(3, name);
            int result = _findName.Step();
            if (result == raw.SQLITE_ROW)
                ino = unchecked((ulong)_findName.Integer(0));
            _findName.Reset();
            return result switch
            {
                raw.SQLITE_ROW => OverlayStatus.Ok,
                raw.SQLITE_DONE => OverlayStatus.NotFound,
                _ => Fail(_reader, "finding a name", result),
            };
        }
    }

    /// <inheritdoc/>
    public OverlayStatus IsTaken(in InodeKey number, out bool taken)
    {
        taken = true;
        if (_pending.TryGet(number, out PendingRecord pending) && pending.Record is not null)
            return OverlayStatus.Ok;
        OverlayStatus status = Ask(_isTaken, number, out long answer);
        taken = answer != 0;
        return status;
    }

    /// <inheritdoc/>
    public OverlayStatus CountNames(in InodeKey number, out long count) => Ask(_countNames, number, out count);

    /// <inheritdoc/>
    public OverlayStatus Apply(
        ReadOnlySpan<OverlayChange> records, ReadOnlySpan<NameChange> names, PendingMove? ended = null)
    {
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
            int result = _begin.Run();
            for (int i = 0; i < _unended.Count && result == raw.SQLITE_DONE; i++)
                result = RunNames(_unended[i].Names, _unended[i].Move);
            for (int i = 0; i < records.Length && result == raw.SQLITE_DONE; i++)
            {
                InodeKey key = records[i].Key;
                result = records[i].Record is { } record ? RunPut(key, record) : RunKey(_remove, key);
                if (result == raw.SQLITE_DONE && records[i].Record is null && _xattrs.MayHaveRows)
                    result = _xattrs.RemoveOrphans(key);
            }

            if (result == raw.SQLITE_DONE)
                result = RunNames(names, ended);
            OverlayStatus status = FinishTransaction("writing records and names", result);
            if (status == OverlayStatus.Ok)
                _unended.Clear();
            else if (ended is { IsOfBefore: false })
                _unended.Add((names.ToArray(), ended));
            return status;
        }
    }

    /// <inheritdoc/>
    public OverlayStatus BeginMove(PendingMove move, out PendingMove? noted)
    {
        noted = null;
        lock (_writeGate)
        {
            if (Ready() is var ready && ready != OverlayStatus.Ok)
                return ready;
            if (_unended.Count > 0 && Apply([], []) is var earlier && earlier != OverlayStatus.Ok)
                return earlier;
            _beginMove.Bind(1, ++_lastMove);
            _beginMove.Bind(2, move.Volume);
            _beginMove.Bind(3, move.FromParent);
            _beginMove.Bind(4, move.FromName);
            _beginMove.Bind(5, move.ToParent);
            _beginMove.Bind(6, move.ToName);
            _beginMove.Bind(7, move.IsExchange ? 1L : 0L);
            _beginMove.Bind(8, (long)move.Guard.FileType);
            _beginMove.Bind(9, (long)move.Guard.Kind);
            _beginMove.Bind(10, move.Guard.Value);
            _beginMove.Bind(11, move.Size);
            _beginMove.Bind(12, move.Mtime);
            OverlayStatus status = Finish("noting a rename", _beginMove.Run());
            if (status == OverlayStatus.Ok)
                noted = move with { Id = _lastMove };
            return status;
        }
    }

    /// <inheritdoc/>
    /// <remarks>If they cannot be read they stay noted, and what they moved stays under its old name.</remarks>
    public IReadOnlyList<PendingMove> PendingMoves(long volume) =>
        Pending(volume, OverlaySchema.PendingMoves, "renames", (row, paths) => ReadMove(row, volume, paths));

    internal static PendingMove ReadMove(SqliteStatement row, long volume, HintPaths paths)
    {
        ulong fromParent = unchecked((ulong)row.Integer(1));
        ulong toParent = unchecked((ulong)row.Integer(3));
        byte[] from = row.Bytes(2).ToArray();
        byte[] to = row.Bytes(4).ToArray();
        var guard = new InodeGuard((uint)row.Integer(6), (GuardKind)row.Integer(7), row.Integer(8));
        var nobody = new InodeKey(volume, 0);
        return new PendingMove(
            volume, fromParent, from, toParent, to, row.Integer(5) != 0, guard, unchecked((ulong)row.Integer(9)),
            row.Integer(10))
        {
            Id = row.Integer(0),
            IsOfBefore = true,
            FromPath = paths.PathOf(nobody, new PathHint(fromParent, from)),
            ToPath = paths.PathOf(nobody, new PathHint(toParent, to)),
        };
    }

    private OverlayStatus Ask(SqliteStatement question, in InodeKey number, out long answer)
    {
        answer = 0;
        lock (_readGate)
        {
            if (_disposed)
                return Closed();
            question.Bind(1, number.Volume);
            question.Bind(2, number.Ino);
            int result = question.Step();
            if (result == raw.SQLITE_ROW)
                answer = question.Integer(0);
            question.Reset();
            return result == raw.SQLITE_ROW ? OverlayStatus.Ok : Fail(_reader, "reading names", result);
        }
    }

    private int RunNames(ReadOnlySpan<NameChange> names, PendingMove? ended)
    {
        int result = raw.SQLITE_DONE;
        for (int i = 0; i < names.Length && result == raw.SQLITE_DONE; i++)
            result = RunName(names[i]);
        if (ended is null || result != raw.SQLITE_DONE)
            return result;
        _endMove.Bind(1, ended.Id);
        return _endMove.Run();
    }

    private int RunName(in NameChange change)
    {
        SqliteStatement statement = change.Ino == 0 ? _removeName : _putName;
        statement.Bind(1, change.Volume);
        statement.Bind(2, change.Parent);
        statement.Bind(3, change.Name);
        statement.Bind(4, change.Ino != 0 ? change.Ino : change.Was);
        if (change.Ino != 0)
            _hasNames = true;
        return statement.Run();
    }
}
