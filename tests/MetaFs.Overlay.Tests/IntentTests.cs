using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Records that go through the log of intents: the same answers, before and after the tables have them.</summary>
public sealed class IntentTests : IDisposable
{
    private static readonly InodeKey s_key = new(1, 1);

    private readonly TempDatabase _files = new();
    private SqliteOverlayStore _store;

    public IntentTests()
    {
        _store = _files.Open(intents: true);
        AssertOk(_store.OpenVolume(Share, out _));
    }

    private string Log => _files.File + "-intents";

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_store_without_records_has_an_empty_log()
    {
        Assert.Equal(0, new FileInfo(Log).Length);
        AssertOk(_store.Put(s_key, Full()));
        Assert.NotEqual(0, new FileInfo(Log).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
        _store.Dispose();
        Assert.False(File.Exists(Log));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM record"));
    }

    [Fact]
    public void The_table_has_a_record_soon_after()
    {
        AssertOk(_store.Put(s_key, Full()));
        Assert.True(SpinWait.SpinUntil(() => _files.QueryInteger("SELECT count(*) FROM record") == 1, TimeSpan.FromSeconds(30)));
        AssertSame(Full(), Read(_store, s_key));
        AssertOk(_store.Remove(s_key));
        Assert.True(SpinWait.SpinUntil(() => _files.QueryInteger("SELECT count(*) FROM record") == 0, TimeSpan.FromSeconds(30)));
    }

    // The log itself is never synced.
    [Fact]
    public void A_sync_has_all_records_in_what_is_synced()
    {
        for (uint i = 1; i <= 50; i++)
        {
            AssertOk(_store.Put(new InodeKey(1, i), Owner(i)));
            AssertOk(_store.Sync());
            Assert.Equal(i, _files.QueryInteger("SELECT count(*) FROM record"));
        }
    }

    // What a deletion says of the record's time is kept, whether the record is in the table or on its way.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_record_that_was_set_since_is_not_removed(bool isInTable)
    {
        InodeRecord first = Owner(1) with { SetAt = 10 };
        InodeRecord second = Owner(2) with { SetAt = 20 };
        AssertOk(_store.Put(s_key, first));
        AssertOk(_store.Put(s_key, second));
        if (isInTable)
            AssertOk(_store.Sync());
        AssertOk(_store.Remove(s_key, first));
        AssertSame(second, Read(_store, s_key));
        AssertOk(_store.Sync());
        AssertSame(second, Read(_store, s_key));

        AssertOk(_store.Remove(s_key, second));
        Assert.Null(Read(_store, s_key));
        AssertOk(_store.Remove(s_key, second));
        AssertOk(_store.Remove(s_key, first));
        AssertOk(_store.Put(s_key, first));
        AssertSame(first, Read(_store, s_key));
        AssertOk(_store.Sync());
        AssertSame(first, Read(_store, s_key));
    }

    // Each step on a store with a log, on one without, and after a kill on what the first has left.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_changes_are_those_of_a_store_without_a_log(int seed)
    {
        Random random = new(seed);
        using TempDatabase plainFiles = new();
        using SqliteOverlayStore plain = plainFiles.Open();
        AssertOk(plain.OpenVolume(Share, out _));
        for (int step = 0; step < 3000; step++)
        {
            int change = random.Next();
            Change(new Random(change), _store);
            Change(new Random(change), plain);
            if (step % 250 == 249)
                AssertSameRecords(plain);
        }
    }

    private static void Change(Random random, SqliteOverlayStore store)
    {
        InodeKey key = new(1, (ulong)random.Next(1, 20));
        InodeRecord record = Full() with { SetAt = random.Next(1, 4), Uid = new IdValue((uint)random.Next(1000), Refused) };
        OverlayStatus status = random.Next(100) switch
        {
            < 50 => store.Put(key, record),
            < 70 => store.Remove(key),
            < 90 => store.Remove(key, record),
            < 93 => store.Apply([new OverlayChange(key, record), new OverlayChange(new InodeKey(1, 30), null)]),
            < 95 => store.Quarantine(key, "test", record),
            < 97 => store.PutDirectory(key, new PathHint(1, "d"u8.ToArray())),
            < 99 => store.PutXattrs(
                key, record with { Xattrs = XattrKinds.User }, [XattrChange.Set("user.x"u8.ToArray(), [1])], isFirst: false),
            _ => store.Sync(),
        };
        AssertOk(status);
    }

    private void AssertSameRecords(SqliteOverlayStore plain)
    {
        using TempDatabase killed = Killed();
        using (OverlayReader reader = OverlayReader.Open(killed.File))
            AssertSameRows(plain, [.. reader.Rows()]);
        using (SqliteOverlayStore recovered = killed.Open())
        {
            for (ulong i = 1; i <= 30; i++)
            {
                InodeRecord? expected = Read(plain, new InodeKey(1, i));
                foreach (SqliteOverlayStore store in (SqliteOverlayStore[])[_store, recovered])
                {
                    if (expected is null)
                        Assert.Null(Read(store, new InodeKey(1, i)));
                    else
                        AssertSame(expected, Read(store, new InodeKey(1, i)));
                }
            }
        }

        using OverlayReader live = OverlayReader.Open(_files.File);
        AssertSameRows(plain, [.. live.Rows()]);
    }

    private static void AssertSameRows(SqliteOverlayStore plain, OverlayRow[] rows)
    {
        Assert.All(rows, row => AssertSame(row.Record, Read(plain, row.Key)));
        Assert.Equal(Enumerable.Range(1, 30).Count(i => Read(plain, new InodeKey(1, (ulong)i)) is not null), rows.Length);
        Assert.Equal(rows.OrderBy(row => row.Key.Ino).Select(row => row.Key), rows.Select(row => row.Key));
    }

    // The files as they are now: what the next mount finds if this process is killed.
    private TempDatabase Killed()
    {
        lock (_store.WriteGate)
            return CopyOf(_files);
    }

    private static TempDatabase CopyOf(TempDatabase files)
    {
        TempDatabase copy = new();
        foreach (string suffix in (string[])["", "-wal", "-intents"])
        {
            if (File.Exists(files.File + suffix))
                CopyShared(files.File + suffix, copy.File + suffix);
        }

        return copy;
    }

    // With all of them in the log yet.
    private TempDatabase KilledAfter(uint records, Func<uint, InodeRecord> record)
    {
        lock (_store.WriteGate)
        {
            for (uint i = 1; i <= records; i++)
                AssertOk(_store.Put(new InodeKey(1, i), record(i)));
            return CopyOf(_files);
        }
    }

    private static void CopyShared(string from, string to)
    {
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using FileStream target = new(to, FileMode.CreateNew);
        source.CopyTo(target);
    }

    [Fact]
    public void A_torn_log_gives_what_comes_before_the_tear()
    {
        using TempDatabase whole = KilledAfter(20, Owner);
        long length = new FileInfo(whole.File + "-intents").Length;
        int least = 0;
        for (long cut = 0; cut <= length; cut += 7)
        {
            using TempDatabase torn = CopyOf(whole);
            using (FileStream log = new(torn.File + "-intents", FileMode.Open))
                log.SetLength(cut);
            int records = Records(torn);
            Assert.InRange(records, least, 20);
            least = records;
        }

        Assert.Equal(20, Records(whole));
    }

    [Fact]
    public void A_changed_byte_ends_the_log_there()
    {
        using TempDatabase whole = KilledAfter(5, _ => Full());
        byte[] bytes = File.ReadAllBytes(whole.File + "-intents");
        for (int at = 0; at < bytes.Length; at += 3)
        {
            using TempDatabase damaged = CopyOf(whole);
            byte[] changed = [.. bytes];
            changed[at] ^= 0x40;
            File.WriteAllBytes(damaged.File + "-intents", changed);
            using SqliteOverlayStore store = damaged.Open();
            bool ended = false;
            for (uint i = 1; i <= 5; i++)
            {
                InodeRecord? record = Read(store, new InodeKey(1, i));
                Assert.False(ended && record is not null);
                ended |= record is null;
                if (record is not null)
                    AssertSame(Full(), record);
            }

            Assert.True(ended);
        }
    }

    [Fact]
    public void The_log_of_an_older_copy_is_not_played()
    {
        using TempDatabase before = KilledAfter(1, Owner);
        AssertOk(_store.Sync());
        AssertOk(_store.Put(s_key, Owner(2)));
        AssertOk(_store.Sync());
        using TempDatabase after = Killed();
        File.Copy(before.File + "-intents", after.File + "-intents", overwrite: true);
        Assert.Equal(1, Records(after));
        using (OverlayReader reader = OverlayReader.Open(after.File))
            Assert.Equal(2u, Assert.Single(reader.Rows()).Record.Uid!.Value.Value);
        using SqliteOverlayStore store = after.Open();
        AssertSame(Owner(2), Read(store, s_key));
    }

    [Fact]
    public void A_backup_has_what_the_tables_do_not()
    {
        string copy = Path.Combine(_files.Directory, "copy.db");
        lock (_store.WriteGate)
        {
            AssertOk(_store.Put(s_key, Full()));
            Assert.Equal(0, _files.QueryInteger("SELECT count(*) FROM record"));
            Assert.Equal(1, OverlayBackup.Write(_files.File, copy, _ => null).Records);
        }

        using OverlayReader reader = OverlayReader.Open(copy);
        AssertSame(Full(), Assert.Single(reader.Rows()).Record);
        Assert.Empty(reader.Check());
    }

    [Fact]
    public void A_reader_sees_the_log_and_what_comes_after_it_was_opened()
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        Assert.Empty(reader.Rows());
        AssertOk(_store.Put(s_key, Owner(1)));
        AssertSame(Owner(1), reader.Find(s_key)!.Record);
        Assert.Equal(1, reader.Counts().Records);
        AssertOk(_store.Sync());
        AssertOk(_store.Put(s_key, Owner(2)));
        AssertOk(_store.Put(new InodeKey(1, 0), Owner(0)));
        Assert.Equal([0u, 2u], reader.Rows().Select(row => row.Record.Uid!.Value.Value));
        Assert.Contains(reader.Dump(), row => row.Table == "record" && row.Columns.Any(c => c.Key == "ino" && (long)c.Value == 0));
        Assert.DoesNotContain(reader.Dump(), row => row.Table == "intent");
        AssertOk(_store.Remove(s_key));
        Assert.Null(reader.Find(s_key));
        Assert.Equal(1, reader.Counts().Records);
    }

    [Fact]
    public void A_look_up_among_many_sees_what_came_before_it()
    {
        using OverlayReader reader = OverlayReader.Open(_files.File);
        using RecordLookup lookup = reader.Lookup();
        for (uint i = 1; i <= 1000; i++)
        {
            AssertOk(_store.Put(new InodeKey(1, i % 3), Owner(i)));
            AssertSame(Owner(i), lookup.Find(new InodeKey(1, i % 3)));
            if (i % 100 == 0)
                AssertOk(_store.Sync());
        }

        AssertOk(_store.Remove(s_key));
        Assert.Null(lookup.Find(s_key));
    }

    [Fact]
    public void A_full_database_is_told_and_loses_nothing()
    {
        long pages = _store.Writer.QueryInteger("PRAGMA page_count");
        _store.Writer.Execute($"PRAGMA max_page_count = {pages}");
        ulong i = 100;
        OverlayStatus status = OverlayStatus.Ok;
        while (status == OverlayStatus.Ok && i < 100_000)
            status = _store.Put(new InodeKey(1, ++i), Full());
        Assert.Equal(OverlayStatus.Full, status);
        Assert.Equal(OverlayStatus.Full, _store.Put(new InodeKey(1, i), Full()));
        Assert.Equal(OverlayStatus.Full, _store.Sync());
        Assert.Null(Read(_store, new InodeKey(1, i)));
        Assert.All(_files.Log, line => AssertSays("full", line));

        // What was acknowledged is there, also for the next mount if this one ends before there is room.
        using (TempDatabase killed = Killed())
            Assert.Equal((int)i - 101, Records(killed));
        AssertSame(Full(), Read(_store, new InodeKey(1, i - 1)));
        _store.Writer.Execute("PRAGMA max_page_count = 100000");
        AssertOk(_store.Put(new InodeKey(1, i), Full()));
        AssertOk(_store.Sync());
        Assert.Equal((int)i - 100, _files.QueryInteger("SELECT count(*) FROM record"));
    }

    [Fact]
    public void A_log_that_cannot_be_taken_in_stays_for_the_next_mount()
    {
        AssertOk(_store.Put(s_key, Full()));
        lock (_store.WriteGate)
        {
            AssertOk(_store.Put(new InodeKey(1, 2), Full()));
            _store.Writer.Execute("PRAGMA query_only = ON");
        }

        _store.Dispose();
        Assert.True(File.Exists(Log));
        _store = _files.Open(intents: true);
        AssertSame(Full(), Read(_store, new InodeKey(1, 2)));
        Assert.Equal(0, new FileInfo(Log).Length);
    }

    // One bad record among many would keep them all out of the tables, for ever.
    [Fact]
    public void A_record_that_the_table_does_not_take_is_refused_at_once()
    {
        AssertOk(_store.Put(s_key, Owner(1)));
        foreach (InodeRecord bad in (InodeRecord[])[
            Owner(uint.MaxValue),
            Owner(1) with { Mode = new ModeValue(0x1000, Refused) },
            Owner(1) with { Gid = new IdValue(1, new Reason((ReasonKind)7)) },
            Owner(1) with { Mtime = new TimeValue(1, new Reason(ReasonKind.Refused, 4096)) },
            Owner(1) with { SetBy = uint.MaxValue },
            Owner(1) with { Guard = new InodeGuard(0x1F000, GuardKind.None, 0) },
            Owner(1) with { Hint = new PathHint(1, new byte[4096]) },
            Owner(1) with { Xattrs = (XattrKinds)64 }])
        {
            Assert.Equal(OverlayStatus.Failed, _store.Put(new InodeKey(1, 2), bad));
        }

        AssertOk(_store.Sync());
        AssertSame(Owner(1), Read(_store, s_key));
        Assert.Null(Read(_store, new InodeKey(1, 2)));
    }

    [Fact]
    public void Every_column_comes_back_from_the_log()
    {
        InodeRecord[] records =
        [
            Full(),
            Owner(0),
            Owner(uint.MaxValue - 1) with { SetBy = 0, SetAt = long.MaxValue, Ctime = long.MinValue },
            Emulated(0xA000, 0, [.. Enumerable.Repeat((byte)'t', 4095)]) with { Hint = new PathHint(ulong.MaxValue, new byte[4095]) },
            Emulated(0x2000, uint.MaxValue, null),
            Full() with
            {
                Uid = new IdValue(1, new Reason(ReasonKind.Refused, 4095, new Origin(long.MinValue, 5))),
                Gid = new IdValue(1, new Reason(ReasonKind.Ignored, 0, new Origin(-1, null))),
                Witness = new TimeWitness(long.MinValue, -129, ulong.MaxValue, -128, 127),
                Xattrs = XattrKinds.All,
            },
        ];
        using TempDatabase killed = KilledAfter((uint)records.Length, i => records[i - 1]);
        using SqliteOverlayStore store = killed.Open();
        for (uint i = 1; i <= records.Length; i++)
            AssertSame(records[i - 1], Read(store, new InodeKey(1, i)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-intents")]
    public void What_goes_into_a_deleted_file_is_not_claimed_to_be_kept(string suffix)
    {
        AssertOk(_store.Put(s_key, Owner(1)));
        File.Delete(_files.File + suffix);
        bool isLog = suffix == "-intents";
        Assert.True(SpinWait.SpinUntil(() => _store.Put(s_key, Owner(2)) != OverlayStatus.Ok, TimeSpan.FromSeconds(isLog ? 0 : 30)));
        Assert.Equal(OverlayStatus.Failed, _store.Put(s_key, Owner(2)));
        Assert.Equal(isLog ? OverlayStatus.Ok : OverlayStatus.Failed, _store.Sync());
        Assert.All(_files.Log, line => AssertSays("the file is gone", line));
    }

    [Fact]
    public void A_put_allocates_nothing()
    {
        InodeRecord record = Full();
        for (int i = 0; i < 2000; i++)
            AssertOk(_store.Put(s_key, record));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 2000; i++)
            _ = _store.Put(s_key, record);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 2000, 0, 8);
    }

    private static int Records(TempDatabase files)
    {
        using SqliteOverlayStore store = files.Open();
        store.Dispose();
        return (int)files.QueryInteger("SELECT count(*) FROM record");
    }
}
