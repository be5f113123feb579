using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class TimesTests
{
    private const long Old = 1_000_000_000_123_456_789;

    public static TheoryData<string> Changes =>
        ["write", "truncate", "extend", "open truncating", "fallocate", "copy", "outside", "outside same size"];

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(-1L)]
    [InlineData(-1_500_000_000L)]
    [InlineData(1_700_000_000_123_456_789L)]
    [InlineData(7_258_118_400_000_000_001L)]
    public void A_time_comes_back_to_the_nanosecond(long time)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        for (int i = 0; i < 3; i++)
        {
            FuseAttr attr = share.Utimens(node, time, time);
            Assert.Equal((time, time), (AtimeOf(attr), MtimeOf(attr)));
        }

        share.Remount(Recording);
        FuseAttr later = share.Lookup("f").Attr;
        Assert.Equal((time, time), (AtimeOf(later), MtimeOf(later)));
    }

    [Fact]
    public void One_time_leaves_the_other_as_it_is()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Utimens(node, 1, 2);
        FuseAttr attr = share.Utimens(node, 3, null);
        Assert.Equal((3, 2), (AtimeOf(attr), MtimeOf(attr)));
        attr = share.Utimens(node, null, 4);
        Assert.Equal((3, 4), (AtimeOf(attr), MtimeOf(attr)));
        attr = share.Chmod(node, Oct(600));
        Assert.Equal((3, 4), (AtimeOf(attr), MtimeOf(attr)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Now_is_now_and_replaces_what_was_recorded(bool recording)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Utimens(node, Old, Old);
        share.Remount(recording ? Recording : new PassthroughOptions());
        node = share.NodeOf("f");

        // The kernel's clock may lie a tick behind the one that is read here.
        long now = Libc.RealtimeNanoseconds();
        var request = new TimeRequest(now, Now: true);
        FuseAttr attr = share.Setattr(node, new SetattrRequest { Atime = request, Mtime = request });
        Assert.InRange(MtimeOf(attr), now - 100_000_000, now + 60_000_000_000);
        Assert.InRange(AtimeOf(attr), now - 100_000_000, now + 60_000_000_000);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_of_data_ends_recorded_times_and_nothing_else(string change)
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "0123456789"u8);
        share.Chown(node, 42, 43);
        share.Chmod(node, Oct(640));
        share.Utimens(node, Old, Old);
        Assert.Equal(Old, MtimeOf(share.Getattr(node)));
        long before = share.Share.Stat("f").MtimeNs;

        Apply(change, share, node, handle);
        FuseAttr attr = share.Getattr(node);
        Assert.NotEqual(Old, MtimeOf(attr));
        Assert.Equal(share.Share.Stat("f").MtimeNs, MtimeOf(attr));
        Assert.InRange(MtimeOf(attr), before, long.MaxValue);
        Assert.Equal((42u, 43u, FileMode.S_IFREG | Oct(640)), (attr.Uid, attr.Gid, attr.Mode));
        Assert.Equal(MtimeOf(attr), MtimeOf(share.Lookup("f").Attr));
        Assert.Null(share.RowOf("f")!.Mtime);
        Assert.Null(share.RowOf("f")!.Witness);
    }

    [Fact]
    public void What_leaves_the_data_alone_leaves_recorded_times_alone()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "0123456789"u8);
        share.Utimens(node, Old, Old);
        Action[] harmless =
        [
            () => share.Read(node, handle),
            () => share.Release(node, handle),
            () => share.Chown(node, 42, 43),
            () => share.Chmod(node, Oct(600)),
            () => share.Link(node, "g"),
            () => share.Rename("f", "h"),
            () => share.Unlink("g"),
            () => share.Share.Chmod("h", Oct(644)),
            () => share.Release(node, share.Reopen(node, OpenFlags.O_RDWR)),
        ];
        foreach (Action action in harmless)
        {
            action();
            FuseAttr attr = share.Getattr(node);
            Assert.Equal((Old, Old), (AtimeOf(attr), MtimeOf(attr)));
        }

        share.Remount(Recording);
        Assert.Equal(Old, MtimeOf(share.Lookup("h").Attr));
    }

    [Fact]
    public void A_change_while_the_daemon_was_away_is_seen()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Utimens(node, Old, Old);
        share.Share.Write("f", "from elsewhere");
        share.Remount(Recording);
        Assert.Equal(share.Share.Stat("f").MtimeNs, MtimeOf(share.Lookup("f").Attr));
    }

    [Fact]
    public void Times_set_after_the_writes_of_one_handle_outlive_its_close()
    {
        using var share = new ShareUnderTest(Recording);
        (NodeId node, FileHandle handle) = share.Open("f");
        share.Write(node, handle, 0, "archive member"u8);
        share.Setattr(node, new SetattrRequest { Mtime = At(Old), Atime = At(Old), Handle = handle });
        Assert.Equal(Errno.OK, share.Fs.Flush(Daemon, node, handle, 0));
        share.Release(node, handle);
        Assert.Equal(Old, MtimeOf(share.Getattr(node)));
    }

    [Fact]
    public void A_directorys_recorded_time_ends_when_a_name_comes_or_goes()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d");
        share.Utimens(directory, Old, Old);
        Assert.Equal(Old, MtimeOf(share.Getattr(directory)));
        share.Create("f", parent: directory);
        Assert.Equal(share.Share.Stat("d").MtimeNs, MtimeOf(share.Getattr(directory)));
        share.Utimens(directory, Old, Old);
        share.Unlink("f", directory);
        Assert.Equal(share.Share.Stat("d").MtimeNs, MtimeOf(share.Getattr(directory)));
    }

    [Fact]
    public void A_symlinks_times_are_not_its_targets()
    {
        using var share = new ShareUnderTest(Recording);
        share.Share.Write("target", "");
        share.Share.Symlink("target", "link");
        long target = share.Share.Stat("target").MtimeNs;
        share.Utimens(share.NodeOf("link"), Old, Old);
        Assert.Equal(Old, MtimeOf(share.Lookup("link").Attr));
        Assert.Equal(target, MtimeOf(share.Lookup("target").Attr));
    }

    [Fact]
    public void A_share_that_keeps_times_gets_them()
    {
        using var share = new ShareUnderTest();
        NodeId node = share.Create("f");
        Assert.Equal(Old, MtimeOf(share.Utimens(node, Old, Old)));
        Assert.Equal(Old, share.Share.Stat("f").MtimeNs);
        Assert.Null(share.RowOf("f")?.Mtime);
    }

    [Fact]
    public void Statx_says_what_getattr_says_and_the_birth_time()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f");
        share.Chown(node, 42, 43);
        share.Utimens(node, -1, Old);
        Assert.Equal(Errno.OK, share.Fs.Statx(Daemon, node, null, 0, 0xFFF, out FuseStatxOut statx));
        FuseAttr attr = share.Getattr(node);
        Assert.Equal((attr.Uid, attr.Gid, attr.Mode), (statx.Stat.Uid, statx.Stat.Gid, statx.Stat.Mode));
        Assert.Equal((-1, 999_999_999u), (statx.Stat.Atime.TvSec, statx.Stat.Atime.TvNsec));
        Assert.Equal(MtimeOf(attr), (statx.Stat.Mtime.TvSec * 1_000_000_000) + statx.Stat.Mtime.TvNsec);
        Statx backing = share.Share.Stat("f");
        if (backing.HasBtime)
            Assert.Equal(backing.BtimeNs, (statx.Stat.Btime.TvSec * 1_000_000_000) + statx.Stat.Btime.TvNsec);
    }

    private static void Apply(string change, ShareUnderTest share, NodeId node, FileHandle handle)
    {
        switch (change)
        {
            case "write":
                share.Write(node, handle, 0, "X"u8);
                break;
            case "truncate":
                share.Setattr(node, new SetattrRequest { Size = 3 });
                break;
            case "extend":
                share.Setattr(node, new SetattrRequest { Size = 4096, Handle = handle });
                break;
            case "open truncating":
                share.Release(node, share.Reopen(node, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC));
                break;
            case "fallocate":
                Assert.Equal(Errno.OK, share.Fs.Fallocate(Daemon, node, handle, 0, 8192, 0));
                break;
            case "copy":
                Errno errno = share.Fs.CopyFileRange(Daemon, node, handle, 0, node, handle, 10, 5, out ulong copied);
                Assert.Equal((Errno.OK, 5ul), (errno, copied));
                break;
            case "outside":
                share.Share.Write("f", "another length");
                break;
            default:
                share.Share.Write("f", "9876543210");
                break;
        }
    }
}
