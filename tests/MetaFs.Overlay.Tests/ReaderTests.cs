using System.Text;
using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>The database as commands see it.</summary>
public sealed class ReaderTests : IDisposable
{
    private const ulong Root = 2;

    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_missing_database_is_refused_and_not_made()
    {
        string message = Assert.Throws<OverlayException>(() => OverlayReader.Open(_files.File)).Message;
        AssertSays("there is no database " + _files.File, message);
        Assert.False(File.Exists(_files.File));
        message = Assert.Throws<OverlayException>(() => OverlayReader.Open(_files.Directory)).Message;
        AssertSays("is a directory", message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_come_in_order_with_a_mount_and_without(bool mounted)
    {
        SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        AssertOk(store.OpenVolume(Share with { RootIno = 77 }, out _));
        foreach (ulong ino in (ulong[])[9, 3, ulong.MaxValue, 5])
        {
            AssertOk(store.Put(new InodeKey(2, ino), Full()));
            AssertOk(store.Put(new InodeKey(1, ino), Full()));
        }

        AssertOk(store.Put(new InodeKey(88, 1), Full()));
        AssertOk(store.PutDirectory(new InodeKey(1, 8), new PathHint(Root, "d"u8.ToArray())));
        if (!mounted)
            store.Dispose();

        using (OverlayReader reader = OverlayReader.Open(_files.File))
        {
            Assert.Equal(
                [(1, ulong.MaxValue), (1, 3), (1, 5), (1, 9), (2, ulong.MaxValue), (2, 3), (2, 5), (2, 9), (88L, 1UL)],
                reader.Rows().Select(row => (row.Key.Volume, row.Key.Ino)));
            Assert.Equal([2UL, 77UL], reader.Volumes().Select(v => v.Identity.RootIno));
            Assert.Equal([1L, 1, 1, 1, 2, 2, 2, 2, -1], reader.Rows().Select(row => row.Volume?.Id ?? -1));
            Assert.Equal(new OverlayCounts(9, 1, 0), reader.Counts());
            Assert.Empty(reader.Quarantined());
            Assert.Empty(reader.Check());

            OverlayRow? found = reader.Find(new InodeKey(1, ulong.MaxValue));
            AssertSame(Full(), found!.Record);
            Assert.Equal("d/name", Encoding.UTF8.GetString(found.Path!));
            Assert.Null(reader.Find(new InodeKey(1, 4)));
        }

        if (mounted)
            AssertOk(store.Put(new InodeKey(1, 1), Full()));
        store.Dispose();
    }

    [Fact]
    public void A_reader_in_the_middle_of_its_rows_stops_no_writer_and_sees_none_of_it()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        for (uint i = 10; i < 20; i++)
            AssertOk(store.Put(new InodeKey(1, i), Owner(i)));

        using OverlayReader reader = OverlayReader.Open(_files.File);
        using IEnumerator<OverlayRow> rows = reader.Rows().GetEnumerator();
        Assert.True(rows.MoveNext());
        for (uint i = 10; i < 5000; i++)
            AssertOk(store.Put(new InodeKey(1, i), Owner(1)));
        int left = 0;
        for (; rows.MoveNext(); left++)
            Assert.Equal(rows.Current.Key.Ino, rows.Current.Record.Uid!.Value.Value);
        Assert.Equal(9, left);
        Assert.Equal(4990, reader.Rows().Count());
    }

    [Fact]
    public void Many_look_ups_see_each_record_and_each_name_as_it_is_then()
    {
        InodeKey key = new(1, ulong.MaxValue - 3);
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.Put(key, Full()));
        AssertOk(store.Apply([], [new NameChange(1, 1, [0xFF, (byte)'\n'], key.Ino)]));
        using OverlayReader reader = OverlayReader.Open(_files.File);
        using RecordLookup lookup = reader.Lookup();
        AssertSame(Full(), lookup.Find(key));
        Assert.Null(lookup.Find(key with { Volume = 2 }));
        Assert.Equal(key.Ino, lookup.FindName(1, 1, [0xFF, (byte)'\n']));
        Assert.Equal(0ul, lookup.FindName(1, 2, [0xFF, (byte)'\n']));
        AssertOk(store.Put(key, Owner(3)));
        AssertSame(Owner(3), lookup.Find(key));
        _files.Execute("UPDATE record SET mode = 99999");
        Assert.Null(lookup.Find(key));
    }

    [Fact]
    public void Paths_are_joined_from_places()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        Place(store, 10, Root, "a"u8);
        Place(store, 11, 10, [0xFF, 0xFE]);
        AssertOk(store.Put(new InodeKey(1, Root), Owner(1)));
        AssertOk(store.Put(new InodeKey(1, 20), Named(Root, "top"u8)));
        AssertOk(store.Put(new InodeKey(1, 21), Named(10, "one"u8)));
        AssertOk(store.Put(new InodeKey(1, 22), Named(11, [0x80, (byte)'\n'])));
        AssertOk(store.Put(new InodeKey(1, 23), Named(11, "again"u8)));
        AssertOk(store.Put(new InodeKey(1, 24), Named(999, "lost"u8)));
        AssertOk(store.Put(new InodeKey(1, 25), Owner(1)));
        AssertOk(store.Put(new InodeKey(7, 26), Named(Root, "no volume"u8)));

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Dictionary<ulong, byte[]?> paths = reader.Rows().ToDictionary(row => row.Key.Ino, row => row.Path);
        Assert.Equal("."u8.ToArray(), paths[Root]);
        Assert.Equal("top"u8.ToArray(), paths[20]);
        Assert.Equal("a/one"u8.ToArray(), paths[21]);
        Assert.Equal([(byte)'a', (byte)'/', 0xFF, 0xFE, (byte)'/', 0x80, (byte)'\n'], paths[22]);
        Assert.Equal([(byte)'a', (byte)'/', 0xFF, 0xFE, .. "/again"u8], paths[23]);
        Assert.Null(paths[24]);
        Assert.Null(paths[25]);
        Assert.Null(paths[26]);
    }

    [Fact]
    public void A_directory_that_moves_takes_its_files_along()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        Place(store, 10, Root, "dir0"u8);
        AssertOk(store.Put(new InodeKey(1, 20), Named(10, "f"u8)));
        Place(store, 10, Root, "dir0"u8);
        AssertPath("dir0/f");
        Place(store, 10, Root, "moved"u8);
        AssertPath("moved/f");
        Place(store, 11, Root, "into"u8);
        Place(store, 10, 11, "moved"u8);
        AssertPath("into/moved/f");
        AssertOk(store.RemoveDirectory(new InodeKey(1, 10)));
        AssertPath(null);
        Place(store, 10, Root, "back"u8);
        AssertOk(store.PutDirectory(new InodeKey(1, 10), default));
        AssertPath(null);

        void AssertPath(string? expected)
        {
            using OverlayReader reader = OverlayReader.Open(_files.File);
            byte[]? path = reader.Find(new InodeKey(1, 20))!.Path;
            Assert.Equal(expected, path is null ? null : Encoding.UTF8.GetString(path));
        }
    }

    [Fact]
    public void Circles_and_forged_names_make_no_path()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        Place(store, 10, 11, "a"u8);
        Place(store, 11, 10, "b"u8);
        Place(store, 12, 12, "self"u8);
        Place(store, 13, Root, ".."u8);
        Place(store, 14, Root, "a/b"u8);
        Place(store, 15, Root, [0]);
        (ulong Parent, string Name)[] hints =
        [
            (10, "f"), (12, "f"), (13, "f"), (14, "f"), (15, "f"),
            (Root, ".."), (Root, "."), (Root, "/"), (Root, "a/../../b"), (Root, "\0"),
        ];
        for (int i = 0; i < hints.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(hints[i].Name);
            AssertOk(store.Put(new InodeKey(1, (ulong)(100 + i)), Named(hints[i].Parent, name)));
        }

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.All(reader.Rows(), row => Assert.Null(row.Path));
    }

    [Fact]
    public void The_length_of_paths_is_bounded_and_deep_ones_are_cheap()
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(Share, out _));
        for (ulong i = 0; i < 3000; i++)
            Place(store, 1000 + i, i == 0 ? Root : 999 + i, "d"u8);
        for (ulong i = 0; i < 20; i++)
            Place(store, 9000 + i, i == 0 ? Root : 8999 + i, Enumerable.Repeat((byte)'x', 4000).ToArray());

        // Enough different parents to overflow what is remembered of them.
        for (ulong i = 0; i < 3000; i++)
            AssertOk(store.Put(new InodeKey(1, 20_000 + i), Named(1000 + i, "f"u8)));
        AssertOk(store.Put(new InodeKey(1, 30_000), Named(9010, "f"u8)));
        AssertOk(store.Put(new InodeKey(1, 30_001), Named(9019, "f"u8)));

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Dictionary<ulong, int?> lengths = reader.Rows().ToDictionary(row => row.Key.Ino, row => row.Path?.Length);
        Assert.Equal(3, lengths[20_000]);
        Assert.Equal(4097, lengths[20_000 + 2047]);
        Assert.Equal(6001, lengths[20_000 + 2999]);
        Assert.Equal((11 * 4001) + 1, lengths[30_000]);
        Assert.Null(lengths[30_001]);
    }

    private static void Place(SqliteOverlayStore store, ulong directory, ulong parent, ReadOnlySpan<byte> name) =>
        AssertOk(store.PutDirectory(new InodeKey(1, directory), new PathHint(parent, name.ToArray())));
}
