using System.Globalization;
using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>What was acknowledged survives SIGKILL; what was not is there as a whole or not at all.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    // The last one writes through several checkpoints.
    [Theory]
    [InlineData("put", 1)]
    [InlineData("put", 37)]
    [InlineData("put", 500)]
    [InlineData("put", 5000)]
    [InlineData("note", 1)]
    [InlineData("note", 37)]
    [InlineData("note", 500)]
    [InlineData("note", 5000)]
    public void Every_acknowledged_change_is_there(string command, int acknowledgements)
    {
        uint last = WriteAndKill(command, acknowledgements);

        using (SqliteOverlayStore store = _files.Open())
        {
            Assert.False(store.IsEmpty);
            for (uint i = 10; i <= last; i++)
            {
                // The round after the last acknowledged one may have removed its i - 5.
                InodeRecord? alone = Read(store, new InodeKey(1, i));
                if (i + 5 <= last)
                    Assert.Null(alone);
                else if (i + 5 > last + 1)
                    AssertIs(i, alone);
                AssertIs(i, Read(store, new InodeKey(2, i)));
                AssertIs(i, Read(store, new InodeKey(3, i)));
            }

            // Beyond the last acknowledgement at most one round, of whose transaction both changes are there or none.
            Assert.Equal(
                Read(store, new InodeKey(2, last + 1)) is null,
                Read(store, new InodeKey(3, last + 1)) is null);
            Assert.Null(Read(store, new InodeKey(2, last + 2)));
        }

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Empty(reader.Check());
    }

    [Theory]
    [InlineData("put")]
    [InlineData("note")]
    public void A_reader_sees_it_all_before_the_next_mount(string command)
    {
        uint last = WriteAndKill(command, 100);
        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.InRange(reader.Rows().Count(row => row.Key.Volume == 2), (int)last - 9, (int)last - 8);
    }

    private uint WriteAndKill(string command, int acknowledgements)
    {
        using ToolProcess writer = new([command, _files.File]);
        Assert.Equal("open", writer.ReadLine());
        string line = "";
        for (int i = 0; i < acknowledgements; i++)
            line = writer.ReadLine()!;
        string[] rest = writer.Kill().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return uint.Parse(rest.Length > 0 ? rest[^1] : line, CultureInfo.InvariantCulture);
    }

    private static void AssertIs(uint number, InodeRecord? record)
    {
        Assert.NotNull(record);
        Assert.Equal(number, record.Uid!.Value.Value);
        Assert.Equal(number, record.Guard.Value);
        Assert.Equal(BitConverter.GetBytes(number), record.Hint.Name);
    }
}
