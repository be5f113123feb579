using System.Text;
using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Renames of which a person says what became of them.</summary>
public sealed class SettledMoveTests : IDisposable
{
    private const ulong Moved = 5;
    private const ulong Other = 6;

    private static readonly VolumeIdentity s_share = new("vfat", "/dev/sdb1", VolumeIdentity.RootByName, 0, ByName: true);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;
    private readonly long _volume;

    public SettledMoveTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(s_share, out Volume? volume));
        _volume = volume!.Id;
        Keep(1, "a", Moved);
        Keep(1, "b", Other);
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_reader_lists_the_notes_of_all_volumes()
    {
        AssertOk(_store.OpenVolume(s_share with { Source = "/dev/sdc1" }, out Volume? other));
        PendingMove first = Note("a", "b");
        AssertOk(_store.BeginMove(first with { Volume = other!.Id }, out PendingMove? second));
        using OverlayReader reader = OverlayReader.Open(_files.File);
        IReadOnlyList<PendingMove> moves = reader.PendingMoves();
        Assert.Equal([(_volume, first.Id), (other.Id, second!.Id)], moves.Select(move => (move.Volume, move.Id)));
        Assert.Equal("a", Encoding.ASCII.GetString(moves[0].FromPath!));
        Assert.Equal("b", Encoding.ASCII.GetString(moves[0].ToPath!));
    }

    [Fact]
    public void A_rename_that_was_not_made_leaves_all_as_it_is()
    {
        AssertOk(_store.Settle(Note("a", "b"), MoveAnswer.NotRenamed, null));
        Assert.Empty(_store.PendingMoves(_volume));
        Assert.Equal((Moved, Other), (Find("a"), Find("b")));
        Assert.Empty(Quarantined());
    }

    [Fact]
    public void A_rename_that_was_made_takes_the_record_along_and_puts_the_replaced_one_aside()
    {
        AssertOk(_store.Settle(Note("a", "b"), MoveAnswer.Renamed, null));
        Assert.Empty(_store.PendingMoves(_volume));
        Assert.Equal((0ul, Moved), (Find("a"), Find("b")));
        Assert.Equal("b", Encoding.ASCII.GetString(Read(_store, new InodeKey(_volume, Moved))!.Hint.Name!));
        Assert.Equal([Other], Quarantined());
    }

    [Fact]
    public void An_exchange_that_was_made_exchanges()
    {
        AssertOk(_store.Settle(Note("a", "b", isExchange: true), MoveAnswer.Renamed, null));
        Assert.Equal((Other, Moved), (Find("a"), Find("b")));
        Assert.Equal("a", Encoding.ASCII.GetString(Read(_store, new InodeKey(_volume, Other))!.Hint.Name!));
        Assert.Empty(Quarantined());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_nobody_can_tell_puts_both_aside(bool isExchange)
    {
        AssertOk(_store.Settle(Note("a", "b", isExchange), MoveAnswer.Unknown, null));
        Assert.Empty(_store.PendingMoves(_volume));
        Assert.Equal((0ul, 0ul), (Find("a"), Find("b")));
        Assert.Equal([Moved, Other], Quarantined());
        Assert.Null(Read(_store, new InodeKey(_volume, Moved)));
    }

    [Fact]
    public void A_file_keeps_its_record_for_its_other_names()
    {
        AssertOk(_store.Apply([], [Name(1, "c", Moved)]));
        AssertOk(_store.Settle(Note("a", "b"), MoveAnswer.Unknown, null));
        Assert.Equal((0ul, 0ul, Moved), (Find("a"), Find("b"), Find("c")));
        Assert.NotNull(Read(_store, new InodeKey(_volume, Moved)));
        Assert.Equal([Other], Quarantined());
    }

    [Fact]
    public void Two_names_of_one_file_are_both_its_last_ones()
    {
        AssertOk(_store.Apply([], [Name(1, "b", Moved)]));
        AssertOk(_store.Settle(Note("a", "b"), MoveAnswer.Unknown, null));
        Assert.Equal([Moved], Quarantined());
    }

    [Fact]
    public void Names_of_a_share_that_ignores_case_are_found_in_their_form()
    {
        PendingMove note = Note("A", "New");
        AssertOk(_store.Settle(note, MoveAnswer.Renamed, ("a"u8.ToArray(), "new"u8.ToArray())));
        Assert.Equal((0ul, Moved, 0ul), (Find("a"), Find("new"), Find("New")));
        Assert.Equal("New", Encoding.ASCII.GetString(Read(_store, new InodeKey(_volume, Moved))!.Hint.Name!));
    }

    private PendingMove Note(string from, string to, bool isExchange = false)
    {
        AssertOk(_store.BeginMove(
            new PendingMove(
                _volume, 1, Encoding.ASCII.GetBytes(from), 1, Encoding.ASCII.GetBytes(to), isExchange, Full().Guard, 0,
                0),
            out PendingMove? noted));
        return noted!;
    }

    private void Keep(ulong parent, string name, ulong ino)
    {
        InodeRecord record = Owner(7) with { Hint = new PathHint(parent, Encoding.ASCII.GetBytes(name)) };
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(_volume, ino), record)], [Name(parent, name, ino)]));
    }

    private NameChange Name(ulong parent, string name, ulong ino) =>
        new(_volume, parent, Encoding.ASCII.GetBytes(name), ino);

    private ulong Find(string name)
    {
        _ = _store.FindName(_volume, 1, Encoding.ASCII.GetBytes(name), out ulong ino);
        return ino;
    }

    private ulong[] Quarantined()
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        return [.. reader.Quarantined().Select(row => row.Key.Ino)];
    }
}
