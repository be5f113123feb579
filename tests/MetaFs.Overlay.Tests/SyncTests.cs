using MetaFs.Overlay.Tests.Harness;
using static MetaFs.Overlay.Tests.Harness.Samples;

namespace MetaFs.Overlay.Tests;

/// <summary>Sync reaches the log, and admits it where it cannot.</summary>
public sealed class SyncTests : IDisposable
{
    private readonly TempDatabase _files = new();
    private readonly SqliteOverlayStore _store;

    public SyncTests() => _store = _files.Open();

    public void Dispose()
    {
        _store.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Sync_works_before_and_after_changes_and_checkpoints()
    {
        AssertOk(_store.Sync());
        for (uint i = 0; i < 20; i++)
        {
            AssertOk(_store.Put(new InodeKey(1, i), Full()));
            if (i == 10)
                _store.Writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            AssertOk(_store.Sync());
            AssertOk(_store.Sync());
        }

        Assert.Empty(_files.Log);
    }

    [Fact]
    public void What_was_committed_when_the_sync_returns_is_in_the_files_by_then()
    {
        // Copies of the files, as a disk has them after power loss at that moment.
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        AssertOk(_store.Sync());
        using TempDatabase copy = new();
        foreach (string suffix in (string[])["", "-wal"])
            File.WriteAllBytes(copy.File + suffix, ReadShared(_files.File + suffix));
        using SqliteOverlayStore recovered = copy.Open();
        AssertSame(Owner(1), Read(recovered, new InodeKey(1, 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public void A_deleted_file_is_not_claimed_to_be_safe(string suffix)
    {
        File.Delete(_files.File + suffix);
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        AssertSays("the file is gone", Assert.Single(_files.Log));
    }

    [Fact]
    public void After_a_failed_sync_none_succeeds()
    {
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        _store.FlushLog = () => throw new IOException("no power");
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        _store.FlushLog = static () => { };
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        Assert.Equal(2, _files.Log.Length);
        AssertSays("no power", _files.Log[0]);
    }

    // Not File.ReadAllBytes: closing its descriptor would be no matter here, but its share mode would.
    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
