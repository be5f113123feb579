using MetaFs.Cli.Mounting;
using MetaFs.Overlay;

namespace MetaFs.Cli.Tests.Mounting;

public sealed class DatabaseWatchTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "metafs.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_has_its_name_until_it_is_removed()
    {
        System.IO.File.WriteAllText(File, "");
        Func<bool> hasName = DatabaseWatch.Of(File);
        System.IO.File.WriteAllText(File, "another content");
        Assert.True(hasName());
        long before = GC.GetAllocatedBytesForCurrentThread();
        hasName();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        System.IO.File.Delete(File);
        Assert.False(hasName());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public void What_goes_into_a_file_that_was_replaced_is_not_claimed_to_be_kept(string suffix)
    {
        using SqliteOverlayStore store =
            SqliteOverlayStore.Open(File, new OverlayOpenOptions { Watch = DatabaseWatch.Of });
        Assert.Equal(OverlayStatus.Ok, store.PutDirectory(new InodeKey(1, 2), new PathHint(1, "d"u8.ToArray())));
        System.IO.File.WriteAllText(File + ".backup", "");
        System.IO.File.Move(File + ".backup", File + suffix, overwrite: true);
        Assert.Equal(OverlayStatus.Failed, store.PutDirectory(new InodeKey(1, 3), new PathHint(1, "e"u8.ToArray())));
        Assert.Equal(OverlayStatus.Failed, store.Sync());
    }
}
