using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>A database made anew for other inode numbers takes the old one's place whole, or not at all.</summary>
public sealed class RebuildTests : IDisposable
{
    private const ulong MovedIno = 5;
    private const ulong LostIno = 6;
    private const ulong DirectoryIno = 7;
    private const ulong NewIno = ulong.MaxValue - 9;
    private static readonly VolumeIdentity s_elsewhere = new("nfs", "other:/export", ulong.MaxValue, 12);
    private static readonly byte[] s_color = "user.color"u8.ToArray();
    private static readonly byte[] s_gone = "user.gone"u8.ToArray();

    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Records_have_their_new_numbers_and_all_that_belongs_to_them()
    {
        Volume volume = Fill(Share);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Retire(LostIno, "there is no such file", now: 44);
            rebuild.Clear();
            rebuild.Put(
                NewIno, Moved(hintParent: 70), [OverlaidXattr.Of(s_color, [1, 2]), OverlaidXattr.Hidden(s_gone)]);
            rebuild.PutDirectory(70, s_elsewhere.RootIno, "sub"u8.ToArray());
            rebuild.Swap(s_elsewhere);
        }

        using (SqliteOverlayStore store = _files.Open())
        {
            AssertOk(store.OpenVolume(s_elsewhere, out Volume? now));
            Assert.Equal((volume.Id, s_elsewhere), (now!.Id, now.Identity));
            AssertSame(Moved(hintParent: 70), Read(store, new InodeKey(volume.Id, NewIno)));
            AssertOk(store.GetXattrs(new InodeKey(volume.Id, NewIno), withValues: true, out var xattrs));
            Assert.Equal([s_color, s_gone], xattrs.Select(x => x.Name));
            Assert.Equal([[1, 2], null], xattrs.Select(x => x.Value));
            foreach (ulong before in (ulong[])[MovedIno, LostIno])
                Assert.Null(Read(store, new InodeKey(volume.Id, before)));
        }

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Equal("sub/name"u8.ToArray(), Assert.Single(reader.Rows(), row => row.Key.Volume == volume.Id).Path);
        QuarantinedRow retired = Assert.Single(reader.Quarantined());
        Assert.Equal((LostIno, "there is no such file", 44L), (retired.Key.Ino, retired.Reason, retired.MovedAt));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM quarantine_xattr"));
        Assert.Equal(2, _files.QueryInteger($"SELECT count(*) FROM xattr WHERE volume = {volume.Id}"));
        Assert.Equal(0, _files.QueryInteger("SELECT count(*) FROM removal"));
    }

    [Fact]
    public void Another_share_s_records_stay_as_they_are()
    {
        VolumeIdentity neighbour = new("ext4", "/dev/sdb1", 2, 9);
        Volume volume = Fill(Share);
        Volume other = Fill(neighbour);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Clear();
            rebuild.Swap(s_elsewhere);
        }

        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.FindVolume(neighbour, out Volume? found));
        Assert.Equal(other.Id, found!.Id);
        AssertSame(Moved(DirectoryIno), Read(store, new InodeKey(other.Id, MovedIno)));
        Assert.Null(Read(store, new InodeKey(volume.Id, MovedIno)));
    }

    [Fact]
    public void What_was_learnt_of_the_old_place_s_calls_is_forgotten()
    {
        Volume volume = Fill(Share);
        using (SqliteOverlayStore store = _files.Open())
        {
            AssertOk(store.OpenVolume(Share, out _));
            AssertOk(store.PutTraits(
                volume.Id, new VolumeTraits(CallTrait.Refuses, CallTrait.Ignores, CallTrait.Accepts, FalseBirthTimes: true)));
        }

        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
            rebuild.Swap(s_elsewhere);
        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Equal(default, Assert.Single(reader.Volumes()).Traits);
    }

    [Fact]
    public void The_database_of_before_is_kept_beside_it()
    {
        Volume volume = Fill(Share);
        string before;
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Clear();
            before = rebuild.Swap(s_elsewhere);
        }

        using OverlayReader reader = OverlayReader.Open(before);
        Assert.Equal(Share, Assert.Single(reader.Volumes()).Identity);
        Assert.Equal([MovedIno, LostIno], reader.Rows().Select(row => row.Key.Ino));
        Assert.Equal(
            [_files.File, before, _files.File + ".lock"],
            Directory.GetFiles(_files.Directory).Where(file => !IsLog(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_share_by_name_keeps_the_places_of_its_directories()
    {
        VolumeIdentity byName = new("vfat", "/dev/sdb1", VolumeIdentity.RootByName, 9, ByName: true);
        Volume volume = Fill(byName);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Clear();
            rebuild.Put(MovedIno, Moved(DirectoryIno), []);
            rebuild.Swap(byName with { Source = "/dev/sdc1" });
        }

        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM directory"));
    }

    [Fact]
    public void Without_a_swap_nothing_has_changed()
    {
        Volume volume = Fill(Share);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Retire(LostIno, "there is no such file", now: 44);
            rebuild.Clear();
        }

        using (OverlayReader reader = OverlayReader.Open(_files.File))
        {
            Assert.Equal([MovedIno, LostIno], reader.Rows().Select(row => row.Key.Ino));
            Assert.Empty(reader.Quarantined());
        }

        Assert.DoesNotContain(Directory.GetFiles(_files.Directory), file => file.Contains(".part-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mounted_database_is_left_alone()
    {
        Volume volume = Fill(Share);
        using SqliteOverlayStore mounted = _files.Open();
        string said = Assert.Throws<OverlayException>(() => OverlayRebuild.Open(_files.File, volume, static _ => null)).Message;
        AssertSays("is in use by process", said);
    }

    [Fact]
    public void A_reader_of_the_log_stops_the_swap_and_loses_nothing()
    {
        Volume volume = Fill(Share);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            rebuild.Clear();
            using SqliteDatabase writer = SqliteDatabase.Open(_files.File, writable: true);
            using SqliteDatabase reading = SqliteDatabase.Open(_files.File, writable: false);
            reading.Execute("BEGIN");
            Assert.Equal(2, reading.QueryInteger("SELECT count(*) FROM record"));
            writer.Execute("UPDATE record SET uid = 77 WHERE uid IS NOT NULL");
            AssertSays(
                "is being read; try again when nobody does",
                Assert.Throws<OverlayException>(() => rebuild.Swap(s_elsewhere)).Message);
        }

        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Equal([77u, 77u], reader.Rows().Select(row => row.Record.Uid!.Value.Value));
        Assert.Equal(Share, Assert.Single(reader.Volumes()).Identity);
    }

    [Fact]
    public void A_file_that_is_no_database_is_said_and_left()
    {
        File.WriteAllText(_files.File, new string('x', 9000));
        string said = Assert.Throws<OverlayException>(
            () => OverlayRebuild.Open(_files.File, new Volume(1, Share, default), static _ => null)).Message;
        AssertSays(_files.File, said);
        Assert.Equal(9000, new FileInfo(_files.File).Length);
    }

    [Fact]
    public void What_SQLite_refuses_is_said_and_the_database_stays()
    {
        Volume volume = Fill(Share);
        _files.Execute("CREATE TRIGGER refuse BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'no deletions here'); END");
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            string said = Assert.Throws<OverlayException>(() => rebuild.Retire(LostIno, "gone", now: 1)).Message;
            AssertSays("no deletions here", said);
        }

        Assert.Equal(2, _files.QueryInteger("SELECT count(*) FROM record"));
    }

    [Fact]
    public void A_place_that_cannot_be_taken_is_said_and_the_database_stays()
    {
        Volume volume = Fill(Share);
        using (OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null))
        {
            // What the copy is renamed to is a directory by now: rename(2) answers EISDIR.
            rebuild.Clear();
            string aside = _files.File + ".aside";
            using (var cleaner = SqliteDatabase.Open(_files.File, writable: true))
                Assert.Equal(0, cleaner.QueryInteger("PRAGMA wal_checkpoint(TRUNCATE)"));
            File.Move(_files.File, aside);
            Directory.CreateDirectory(_files.File);
            Assert.Throws<OverlayException>(() => rebuild.Swap(s_elsewhere));
            Directory.Delete(_files.File);
            File.Move(aside, _files.File);
        }

        Assert.Equal(2, _files.QueryInteger("SELECT count(*) FROM record"));
    }

    [Fact]
    public void After_the_swap_it_is_over()
    {
        Volume volume = Fill(Share);
        using OverlayRebuild rebuild = OverlayRebuild.Open(_files.File, volume, static _ => null);
        rebuild.Swap(s_elsewhere);
        Assert.Throws<ObjectDisposedException>(() => rebuild.PutDirectory(9, 2, [1]));
    }

    private static bool IsLog(string file) =>
        file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal);

    private static InodeRecord Moved(ulong hintParent) => Full() with
    {
        Hint = new PathHint(hintParent, "name"u8.ToArray()),
        Xattrs = XattrKinds.User,
    };

    // Two records with an attribute each, a directory, and a removal that was not ended.
    private Volume Fill(in VolumeIdentity identity)
    {
        using SqliteOverlayStore store = _files.Open();
        AssertOk(store.OpenVolume(identity, out Volume? volume));
        foreach (ulong ino in (ulong[])[MovedIno, LostIno])
        {
            InodeRecord record = Moved(DirectoryIno);
            AssertOk(store.PutXattrs(
                new InodeKey(volume!.Id, ino), record, [XattrChange.Set(s_color, [1])], isFirst: true));
        }

        AssertOk(store.PutDirectory(new InodeKey(volume!.Id, DirectoryIno), new PathHint(identity.RootIno, "dir"u8.ToArray())));
        AssertOk(store.BeginRemoval(new InodeKey(volume.Id, LostIno)));
        return volume;
    }
}
