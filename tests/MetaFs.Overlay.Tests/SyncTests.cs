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
    public void What_goes_into_a_deleted_file_is_not_claimed_to_be_kept(string suffix)
    {
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        File.Delete(_files.File + suffix);
        Assert.Equal(OverlayStatus.Failed, _store.Put(new InodeKey(1, 1), Owner(2)));
        Assert.Equal(OverlayStatus.Failed, _store.Apply([new OverlayChange(new InodeKey(1, 3), Owner(3))]));
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        Assert.Equal(3, _files.Log.Length);
        Assert.All(_files.Log, line => AssertSays("the file is gone", line));
    }

    [Fact]
    public void After_a_failed_sync_none_succeeds()
    {
        AssertOk(_store.Put(new InodeKey(1, 1), Owner(1)));
        _files.FlushFailure = "no power";
        Assert.Equal(OverlayStatus.Failed, _store.Sync());
        _files.FlushFailure = null;
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
