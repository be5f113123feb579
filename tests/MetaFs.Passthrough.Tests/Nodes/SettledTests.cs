using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Nodes;

/// <summary>Until when a share that stamps late may do so.</summary>
public sealed class SettledTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private static readonly TimeWitness s_witness = new(Mtime: 5, Ctime: 5, Size: 4, TakenAt: 100, SettledAt: 200);

    private readonly NodeFixture _nodes = new();
    private readonly Node _file;

    public SettledTests() => _file = _nodes.File(10, _nodes.AddRoot(), "f");

    [Fact]
    public void The_last_writer_counts_where_nobody_closed_since() => Assert.Equal(200, _file.SettledAt(s_witness));

    [Fact]
    public void A_reader_that_closes_later_counts_too()
    {
        _file.ClosedAt = 40 * Second;
        Assert.Equal(40 * Second, _file.SettledAt(s_witness));
        TimeVerdict verdict = TimeValidity.Judge(
            s_witness, 41 * Second, s_witness.Size, stampsLate: true, _file.SettledAt(s_witness));
        Assert.Equal(TimeVerdict.LateStamp, verdict);
    }

    [Fact]
    public void An_earlier_close_does_not_take_time_away()
    {
        _file.ClosedAt = 150;
        Assert.Equal(200, _file.SettledAt(s_witness));
    }

    [Fact]
    public void While_a_writer_is_open_it_is_now()
    {
        _file.Open = new OpenState { Writers = 1 };
        long before = Libc.RealtimeNanoseconds();
        Assert.True(_file.SettledAt(s_witness) >= before);
    }

    public void Dispose() => _nodes.Dispose();
}
