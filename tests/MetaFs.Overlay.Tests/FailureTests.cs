using MetaFs.Overlay.Tests.Harness;
using Microsoft.Data.Sqlite;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Failures at run time: the right status, one line in the log, and service goes on.</summary>
public sealed class FailureTests : IDisposable
{
    private static readonly InodeKey s_key = new(1, 1);

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public FailureTests()
    {
        _store = _files.Open();
        AssertOk(_store.OpenVolume(Share, out _));
        AssertOk(_store.Put(s_key, Full()));
    }

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_full_disk_answers_full_and_reads_go_on()
    {
        long pages = _store.Writer.QueryInteger("PRAGMA page_count");
        _store.Writer.Execute($"PRAGMA max_page_count = {pages}");
        uint i = 100;
        OverlayStatus status = OverlayStatus.Ok;
        while (status == OverlayStatus.Ok && i < 10_000)
            status = _store.Put(new InodeKey(1, ++i), Full());
        Assert.Equal(OverlayStatus.Full, status);
        Assert.Equal(OverlayStatus.Full, _store.Apply([.. Enumerable.Range(20_000, 200).Select(n =>
            new OverlayChange(new InodeKey(1, (ulong)n), Full()))]));

        Assert.Null(Read(_store, new InodeKey(1, i)));
        Assert.Null(Read(_store, new InodeKey(1, 20_000)));
        AssertSame(Full(), Read(_store, s_key));
        Assert.Equal(2, _files.Log.Length);
        Assert.All(_files.Log, line => AssertSays("full", line));

        // Making room is enough.
        _store.Writer.Execute("PRAGMA max_page_count = 100000");
        AssertOk(_store.Put(new InodeKey(1, i), Full()));
    }

    [Fact]
    public void The_same_failure_is_logged_once()
    {
        _store.Writer.Execute("PRAGMA query_only = ON");
        for (int i = 0; i < 1000; i++)
            Assert.Equal(OverlayStatus.ReadOnly, _store.Put(s_key, Full()));
        string line = Assert.Single(_files.Log);
        AssertSays(_files.File, line);
        AssertSays("writing a record failed: attempt to write a readonly database", line);
    }

    [Fact]
    public void A_read_only_database_answers_so_to_every_change()
    {
        _store.Writer.Execute("PRAGMA query_only = ON");
        Assert.Equal(OverlayStatus.ReadOnly, _store.Put(s_key, Owner(1)));
        Assert.Equal(OverlayStatus.ReadOnly, _store.Remove(s_key));
        Assert.Equal(OverlayStatus.ReadOnly, _store.Apply([new OverlayChange(s_key, null)]));
        Assert.Equal(OverlayStatus.ReadOnly, _store.PutDirectory(s_key, new PathHint(1, "d"u8.ToArray())));
        Assert.Equal(OverlayStatus.ReadOnly, _store.RemoveDirectory(s_key));
        Assert.Equal(OverlayStatus.ReadOnly, _store.Quarantine(s_key, "x"));
        VolumeIdentity moved = Share with { Source = "elsewhere" };
        Assert.Equal(OverlayStatus.ReadOnly, _store.OpenVolume(moved, out Volume? volume));
        Assert.Null(volume);
        Assert.Equal(OverlayStatus.ReadOnly, _store.OpenVolume(Share with { RootIno = 9 }, out volume));
        Assert.Null(volume);
        VolumeTraits traits = new(CallTrait.Refuses, default, default);
        Assert.Equal(OverlayStatus.ReadOnly, _store.PutTraits(1, traits));
        AssertOk(_store.OpenVolume(Share, out volume));
        Assert.Equal(Share, volume!.Identity);
        Assert.Equal(default, volume.Traits);
        AssertSame(Full(), Read(_store, s_key));

        _store.Writer.Execute("PRAGMA query_only = OFF");
        AssertOk(_store.Put(s_key, Owner(1)));
    }

    [Fact]
    public void Another_program_s_long_transaction_fails_a_change_and_not_a_read()
    {
        _store.Writer.Execute("PRAGMA busy_timeout = 50");
        using SqliteDatabase other = SqliteDatabase.Open(_files.File, writable: true);
        other.Execute("BEGIN IMMEDIATE");
        Assert.Equal(OverlayStatus.Failed, _store.Put(s_key, Owner(1)));
        Assert.Equal(OverlayStatus.Failed, _store.Apply([new OverlayChange(s_key, null)]));
        AssertSame(Full(), Read(_store, s_key));
        other.Execute("ROLLBACK");
        AssertOk(_store.Put(s_key, Owner(1)));
        Assert.All(_files.Log, line => AssertSays("locked", line));
    }

    [Fact]
    public void A_quarantine_that_fails_in_the_middle_leaves_no_transaction_behind()
    {
        XattrChange change = XattrChange.Set("user.x"u8.ToArray(), [1]);
        AssertOk(_store.PutXattrs(s_key, Owner(5) with { Xattrs = XattrKinds.User }, [change], isFirst: true));
        _store.Writer.Execute("DROP TABLE quarantine_xattr");
        Assert.Equal(OverlayStatus.Failed, _store.Quarantine(s_key, "x"));
        AssertOk(_store.Put(new InodeKey(1, 2), Owner(2)));
        Assert.Equal(1, _files.QueryInteger("SELECT count(*) FROM record WHERE ino = 2"));
        Assert.NotNull(Read(_store, s_key));
    }

    [Fact]
    public void What_was_not_committed_is_not_acknowledged()
    {
        _store.Writer.Execute("BEGIN IMMEDIATE");
        Assert.Equal(OverlayStatus.Failed, _store.Put(new InodeKey(1, 2), Owner(2)));
        AssertOk(_store.Put(new InodeKey(1, 3), Owner(3)));
        Assert.Equal(2, _files.QueryInteger("SELECT count(*) FROM record"));
        AssertSays("not committed", Assert.Single(_files.Log));
    }

    [Fact]
    public void Calls_after_the_end_fail()
    {
        _store.Dispose();
        _store.Dispose();
        Assert.Equal(OverlayStatus.Failed, _store.Get(s_key, out InodeRecord? record));
        Assert.Null(record);
        Assert.Equal(OverlayStatus.Failed, _store.Put(s_key, Full()));
        Assert.Equal(OverlayStatus.Failed, _store.Remove(s_key));
        Assert.Equal(OverlayStatus.Failed, _store.Apply([]));
        Assert.Equal(OverlayStatus.Failed, _store.PutDirectory(s_key, new PathHint(1, "d"u8.ToArray())));
        Assert.Equal(OverlayStatus.Failed, _store.RemoveDirectory(s_key));
        Assert.Equal(OverlayStatus.Failed, _store.Quarantine(s_key, "x"));
        Assert.Equal(OverlayStatus.Failed, _store.OpenVolume(Share, out _));
        Assert.Equal(OverlayStatus.Failed, _store.PutTraits(1, default));
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        AssertSays("used after it was closed", _files.Log[0]);
    }

    [Theory]
    [InlineData(13, OverlayStatus.Full)]
    [InlineData(8, OverlayStatus.ReadOnly)]
    [InlineData(8 | (4 << 8), OverlayStatus.ReadOnly)]
    [InlineData(3, OverlayStatus.ReadOnly)]
    [InlineData(10 | (19 << 8), OverlayStatus.Full)]
    [InlineData(10 | (3 << 8), OverlayStatus.Failed)]
    [InlineData(11, OverlayStatus.Failed)]
    [InlineData(5, OverlayStatus.Failed)]
    [InlineData(19, OverlayStatus.Failed)]
    public void Result_codes_map_to_statuses(int code, OverlayStatus status) =>
        Assert.Equal(status, SqliteFailure.Status(code));

    [Theory]
    [InlineData(5, "changed by another program")]
    [InlineData(8, "read-only or not yours")]
    [InlineData(10, "disk reports errors")]
    [InlineData(11, "is damaged")]
    [InlineData(13, "disk is full")]
    [InlineData(14, "read-only or not yours")]
    [InlineData(26, "not a MetaFs database")]
    [InlineData(1, "cannot be used")]
    public void Every_refusal_names_file_reason_and_cure(int code, string reason)
    {
        SqliteException failure = new("detail", code);
        string message = SqliteFailure.Explain("/x/y.db", failure).Message;
        AssertSays("/x/y.db", message);
        AssertSays(reason, message);
        AssertSays("(detail)", message);
        Assert.Contains(';', message);
    }

    [Fact]
    public void The_exception_can_be_made_in_all_the_usual_ways()
    {
        Assert.NotEmpty(new OverlayException().Message);
        Assert.Equal("x", new OverlayException("x").Message);
    }
}
