using MetaFs.Overlay.Tests.Harness;

namespace MetaFs.Overlay.Tests;

/// <summary>Either SQLite library serves.</summary>
public sealed class NativeTests : IDisposable
{
    private readonly TempDatabase _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_distribution_s_library_is_taken_where_there_is_one()
    {
        bool isWanted = Environment.GetEnvironmentVariable("METAFS_SQLITE") != "bundled"
            && System.Runtime.InteropServices.NativeLibrary.TryLoad("libsqlite3.so.0", out _);
        Assert.Equal(isWanted ? "libsqlite3.so.0" : "bundled e_sqlite3", SqliteNative.Library);
        Assert.True(Version.Parse(SqliteNative.Version) >= new Version(3, 35, 5));
    }

    [Fact]
    public void The_bundled_library_reads_and_writes_the_same_database()
    {
        using (ToolProcess version = new(["sqlite"], library: "bundled"))
            Assert.Equal("bundled e_sqlite3 3.35.5", version.ReadLine());

        _files.Make();
        using (ToolProcess writer = new(["put", _files.File], library: "bundled"))
        {
            Assert.Equal("open", writer.ReadLine());
            Assert.Equal("10", writer.ReadLine());
            _ = writer.Kill();
        }

        using SqliteOverlayStore store = _files.Open();
        Assert.Equal(10u, Samples.Read(store, new InodeKey(2, 10))!.Uid!.Value.Value);
    }
}
