using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Shares;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Shares and databases that do not belong together, and what is no share at all.</summary>
public sealed class ShareRefusalTests
{
    private static readonly VolumeIdentity s_other = new("cifs", "//server/other", 4711, 42);

    [Fact]
    public void A_database_of_another_share_is_refused_by_both_names()
    {
        using var share = new BackingDirectory();
        using var store = new MemoryStore();
        store.OpenVolume(s_other, out _);
        ShareException e = Assert.Throws<ShareException>(() => Mount(share.Path, store));
        Assert.Contains("//server/other", e.Message, StringComparison.Ordinal);
        Assert.Contains($"root inode {share.Stat(".").Ino}", e.Message, StringComparison.Ordinal);
        Assert.Contains("db=", e.Message, StringComparison.Ordinal);
        Assert.Equal([s_other], store.Volumes().Select(volume => volume.Identity));
    }

    [Fact]
    public void The_shares_own_database_is_known_again_among_others()
    {
        using var share = new BackingDirectory();
        using var store = new MemoryStore();
        Mount(share.Path, store).Dispose();
        store.OpenVolume(s_other, out _);
        Mount(share.Path, store).Dispose();
        Assert.Equal(2, store.Volumes().Count);
    }

    [Fact]
    public void A_file_is_no_share()
    {
        using var share = new BackingDirectory();
        using var store = new MemoryStore();
        share.Write("f", "");
        Assert.Throws<ShareException>(() => Mount(share.At("f"), store));
        Assert.False(store.HasVolumes);
    }

    [Fact]
    public void A_database_that_cannot_take_the_share_is_told()
    {
        using var share = new BackingDirectory();
        using var store = new FaultyStore(new MemoryStore());
        store.Fail(StoreCalls.Volume, OverlayStatus.Full);
        Assert.Throws<ShareException>(() => Mount(share.Path, store));
    }

    [Fact]
    public void A_share_is_described_by_what_survives_a_remount()
    {
        using var share = new BackingDirectory();
        Assert.Equal(
            Errno.OK,
            Libc.Openat(SafeFd.CurrentDirectory, Names.Z(share.Path), OpenFlags.O_PATH, 0, out SafeFd root));
        using (root)
        {
            ShareDescription description = ShareInfo.Describe(root);
            Assert.Equal(share.Stat(".").Ino, description.Identity.RootIno);
            Assert.Equal(description.Mount.Type, description.Identity.FileSystem);
            Assert.Equal(description.Identity, ShareInfo.Describe(root).Identity);
        }
    }

    private static PassthroughFileSystem Mount(string path, IOverlayStore store)
    {
        Assert.Equal(
            Errno.OK, Libc.Openat(SafeFd.CurrentDirectory, Names.Z(path), OpenFlags.O_PATH, 0, out SafeFd root));
        try
        {
            return new PassthroughFileSystem(root, new PassthroughOptions { Source = path }, store, new ListLogger());
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }
}
