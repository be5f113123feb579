// Renames that no mount can tell the end of: a person says what became of them.
namespace MetaFs.Overlay;

/// <summary>What a person says of a rename that a daemon did not come to keep.</summary>
public enum MoveAnswer
{
    /// <summary>The share has made it.</summary>
    Renamed,

    /// <summary>The share has not.</summary>
    NotRenamed,

    /// <summary>Nobody can tell: what both names led to goes out of service.</summary>
    Unknown,
}

public sealed partial class SqliteOverlayStore
{
    /// <summary>Ends the note of a rename as a person says. Records go into quarantine, none is deleted.</summary>
    /// <param name="move">The note, which no mount has.</param>
    /// <param name="answer">What became of the rename.</param>
    /// <param name="forms">Both names in the one form of a share that ignores case; null: it tells case apart.</param>
    /// <remarks>If it fails in the middle the note is still there, and the answer can be given again.</remarks>
    public OverlayStatus Settle(PendingMove move, MoveAnswer answer, (byte[] From, byte[] To)? forms)
    {
        if (answer == MoveAnswer.NotRenamed)
            return Apply([], [], move);
        (byte[] from, byte[] to) = forms ?? (move.FromName, move.ToName);
        OverlayStatus status = FindKept(move.Volume, move.FromParent, from, out NameChange source);
        if (status != OverlayStatus.Ok)
            return status;
        status = FindKept(move.Volume, move.ToParent, to, out NameChange target);
        if (status != OverlayStatus.Ok)
            return status;
        return answer == MoveAnswer.Renamed
            ? Carry(move, source, target, forms is not null)
            : PutAside(move, source, target);
    }

    // Both as they are kept until now. A record goes before its name: while that is there, so is the way to it.
    private OverlayStatus PutAside(PendingMove move, in NameChange source, in NameChange target)
    {
        const string reason = "nobody could tell whether it was renamed";
        bool isOne = source.Ino == target.Ino;
        OverlayStatus status = QuarantineNamed(source, isOne ? 2 : 1, reason);
        if (status == OverlayStatus.Ok && !isOne)
            status = QuarantineNamed(target, 1, reason);
        return status == OverlayStatus.Ok
            ? Apply([], [source with { Ino = 0 }, target with { Ino = 0 }], move)
            : status;
    }

    private OverlayStatus Carry(PendingMove move, in NameChange source, in NameChange target, bool ignoresCase)
    {
        (ulong moved, ulong other) = (source.Ino, target.Ino);
        OverlayStatus status = !move.IsExchange && other != moved
            ? QuarantineNamed(target, 1, "another file was renamed to its name")
            : OverlayStatus.Ok;
        if (status != OverlayStatus.Ok)
            return status;
        List<OverlayChange> records = [];
        AddMoved(records, new InodeKey(move.Volume, moved), new PathHint(move.ToParent, move.ToName));
        if (move.IsExchange)
            AddMoved(records, new InodeKey(move.Volume, other), new PathHint(move.FromParent, move.FromName));

        // Where case is ignored a directory's place has its name as the share shows it (S_IFDIR, inode(7)).
        if (ignoresCase && moved != 0 && move.Guard.FileType == 0x4000)
            status = PutDirectory(new InodeKey(move.Volume, moved), new PathHint(move.ToParent, move.ToName));
        NameChange left = source with { Ino = move.IsExchange ? other : 0 };
        return status == OverlayStatus.Ok
            ? Apply(records.ToArray(), [left, target with { Ino = moved }], move)
            : status;
    }

    private void AddMoved(List<OverlayChange> records, in InodeKey key, in PathHint hint)
    {
        if (key.Ino != 0 && Get(key, out InodeRecord? record) == OverlayStatus.Ok)
            records.Add(new OverlayChange(key, record! with { Hint = hint }));
    }

    // A file keeps its record for its other names.
    private OverlayStatus QuarantineNamed(in NameChange name, int lost, string reason)
    {
        if (name.Ino == 0)
            return OverlayStatus.Ok;
        var key = new InodeKey(name.Volume, name.Ino);
        OverlayStatus status = CountNames(key, out long names);
        return status == OverlayStatus.Ok && names <= lost ? Quarantine(key, reason) : status;
    }

    private OverlayStatus FindKept(long volume, ulong parent, byte[] name, out NameChange kept)
    {
        OverlayStatus status = FindName(volume, parent, name, out ulong ino);
        kept = new NameChange(volume, parent, name, ino);
        return status == OverlayStatus.NotFound ? OverlayStatus.Ok : status;
    }
}
