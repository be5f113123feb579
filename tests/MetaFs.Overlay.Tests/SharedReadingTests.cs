using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Look-ups share a transaction until something is written.</summary>
public sealed class SharedReadingTests : IDisposable
{
    // 4000 pages of 4 KiB are when SQLite moves the log into the file.
    private const long TwiceTheLog = 2 * 4000 * 4096L;
    private const ulong Writes = 12_000;

    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public SharedReadingTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        Assert.Empty(_files.Log);
        _files.Dispose();
    }

    [Fact]
    public void A_look_up_sees_what_was_written_since_the_one_before()
    {
        InodeKey key = new(1, 42);
        for (uint uid = 0; uid < 10; uid++)
        {
            InodeRecord record = Full() with { Uid = new IdValue(uid, Refused) };
            Assert.Equal(OverlayStatus.Ok, _store.Put(key, record));
            Assert.Equal(OverlayStatus.Ok, _store.Get(key, out InodeRecord? found));
            Assert.Equal(uid, found!.Uid!.Value.Value);
            Assert.Equal(OverlayStatus.Ok, _store.Remove(key));
            Assert.Equal(OverlayStatus.NotFound, _store.Get(key, out _));
        }
    }

    [Fact]
    public void Looking_up_between_writes_does_not_make_the_log_grow()
    {
        for (ulong ino = 1; ino <= Writes; ino++)
        {
            Assert.Equal(OverlayStatus.Ok, _store.Put(new InodeKey(1, ino), Full()));
            Assert.Equal(OverlayStatus.Ok, _store.Get(new InodeKey(1, ino), out _));
        }

        Assert.InRange(new FileInfo(_files.File + "-wal").Length, 1, TwiceTheLog);
    }
}
