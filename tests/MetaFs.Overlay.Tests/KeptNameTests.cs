using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Names and numbers of a volume that is kept by name.</summary>
public sealed class KeptNameTests : IDisposable
{
    private static readonly VolumeIdentity s_share = new("vfat", "/dev/sdb1", VolumeIdentity.RootByName, 0, ByName: true);

    private readonly TempDatabase _files = new();
    private SqliteOverlayStore _store;
    private readonly long _volume;

    public KeptNameTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(s_share, out Volume? volume));
        _volume = volume!.Id;
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_name_leads_to_its_number_now_and_after_a_restart()
    {
        Assert.False(_store.HasNames);
        AssertOk(_store.Apply([], [Name(1, "a", ulong.MaxValue - 1), Name(1, "b", 7), Name(7, "a", 9)]));
        Restart();
        Assert.True(_store.HasNames);
        Assert.Equal((ulong.MaxValue - 1, 7ul, 9ul), (Find(1, "a"), Find(1, "b"), Find(7, "a")));
        Assert.Equal((0ul, 0ul), (Find(2, "a"), Find(1, "A")));
        Assert.Equal(OverlayStatus.NotFound, _store.FindName(_volume + 1, 1, "a"u8, out _));
    }

    [Fact]
    public void A_name_is_given_to_another_and_taken_away()
    {
        AssertOk(_store.Apply([], [Name(1, "a", 5), Name(1, "b", 5)]));
        Assert.Equal(2, Count(5));
        AssertOk(_store.Apply([], [Name(1, "a", 6), Name(1, "b", 0), Name(1, "c", 0)]));
        Assert.Equal((6ul, 0ul), (Find(1, "a"), Find(1, "b")));
        Assert.Equal((0L, 1L), (Count(5), Count(6)));
    }

    [Fact]
    public void A_name_that_another_one_has_got_is_not_taken_away()
    {
        AssertOk(_store.Apply([], [Name(1, "a", 6), Name(1, "b", 5)]));
        AssertOk(_store.Apply([], [Name(1, "a", 0) with { Was = 5 }, Name(1, "b", 0) with { Was = 5 }]));
        Assert.Equal((6ul, 0ul), (Find(1, "a"), Find(1, "b")));
    }

    [Fact]
    public void A_number_is_taken_by_a_name_by_names_below_it_and_by_a_record()
    {
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(_volume, 4), Owner(1))], [Name(2, "a", 3)]));
        Assert.Equal([false, true, true, true, false], new ulong[] { 1, 2, 3, 4, 5 }.Select(IsTaken));
        AssertOk(_store.Apply([new OverlayChange(new InodeKey(_volume, 4), null)], [Name(2, "a", 0)]));
        Assert.All(new ulong[] { 2, 3, 4 }, number => Assert.False(IsTaken(number)));
    }

    [Fact]
    public void Records_and_names_are_one_step()
    {
        InodeRecord impossible = Owner(1) with { Mode = new ModeValue(0x1000, Refused) };
        Assert.NotEqual(
            OverlayStatus.Ok, _store.Apply([new OverlayChange(new InodeKey(_volume, 4), impossible)], [Name(1, "a", 4)]));
        Assert.Equal((0ul, false), (Find(1, "a"), IsTaken(4)));
    }

    [Fact]
    public void A_rename_that_was_begun_and_not_ended_is_there_after_a_restart()
    {
        AssertOk(_store.Apply([], [Name(1, "d", 5), Name(5, "e", 6)]));
        var move = new PendingMove(
            _volume, 6, "from"u8.ToArray(), 1, "to"u8.ToArray(), true, Full().Guard, ulong.MaxValue, -5);
        AssertOk(_store.BeginMove(move, out PendingMove? noted));
        AssertOk(_store.BeginMove(move with { FromParent = 77, IsExchange = false }, out PendingMove? second));
        AssertOk(_store.BeginMove(move with { Volume = _volume + 1 }, out _));
        Restart();

        IReadOnlyList<PendingMove> pending = _store.PendingMoves(_volume);
        Assert.Equal([noted!.Id, second!.Id], pending.Select(one => one.Id));
        Assert.Equal(("d/e/from", "to"), (Text(pending[0].FromPath), Text(pending[0].ToPath)));
        Assert.Equal(
            (true, Full().Guard, ulong.MaxValue, -5L),
            (pending[0].IsExchange, pending[0].Guard, pending[0].Size, pending[0].Mtime));
        Assert.Equal((null, false), (pending[1].FromPath, pending[1].IsExchange));

        AssertOk(_store.Apply([], [Name(1, "to", 9)], noted));
        Assert.Equal([second.Id], _store.PendingMoves(_volume).Select(one => one.Id));
        AssertOk(_store.BeginMove(move, out PendingMove? third));
        Assert.True(third!.Id > second.Id);
    }

    [Fact]
    public void After_its_end_the_store_knows_no_names()
    {
        AssertOk(_store.Apply([], [Name(1, "a", 5)]));
        _store.Dispose();
        Assert.Equal(OverlayStatus.Failed, _store.FindName(_volume, 1, "a"u8, out _));
        Assert.Equal(OverlayStatus.Failed, _store.CountNames(new InodeKey(_volume, 5), out _));
        Assert.Equal(OverlayStatus.Failed, _store.Apply([], [Name(1, "b", 5)]));
        Assert.Equal(
            OverlayStatus.Failed,
            _store.BeginMove(new PendingMove(_volume, 1, [1], 1, [2], false, Full().Guard, 0, 0), out _));
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        _files.Execute("DROP TABLE name; DROP TABLE move;");
        Assert.Equal(OverlayStatus.Failed, _store.FindName(_volume, 1, "a"u8, out _));
        Assert.Equal(OverlayStatus.Failed, _store.IsTaken(new InodeKey(_volume, 5), out _));
        Assert.Empty(_store.PendingMoves(_volume));
    }

    private void Restart()
    {
        _store.Dispose();
        _store = _files.Open();
    }

    private NameChange Name(ulong parent, string name, ulong ino) =>
        new(_volume, parent, System.Text.Encoding.ASCII.GetBytes(name), ino);

    private ulong Find(ulong parent, string name)
    {
        OverlayStatus status = _store.FindName(_volume, parent, System.Text.Encoding.ASCII.GetBytes(name), out ulong ino);
        Assert.Equal(ino == 0 ? OverlayStatus.NotFound : OverlayStatus.Ok, status);
        return ino;
    }

    private long Count(ulong ino)
    {
        AssertOk(_store.CountNames(new InodeKey(_volume, ino), out long count));
        return count;
    }

    private bool IsTaken(ulong ino)
    {
        AssertOk(_store.IsTaken(new InodeKey(_volume, ino), out bool taken));
        return taken;
    }

    private static string? Text(byte[]? path) => path is null ? null : System.Text.Encoding.ASCII.GetString(path);
}
