using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

/// <summary>Shares that show neither creation time nor handle: a removal that was cut short must not leave its record to
/// the file that gets the inode number next.</summary>
public sealed class RemovalRecoveryTests
{
    private static readonly RequestContext s_user = User(1000, 1001);

    [Fact]
    public void A_file_that_is_still_there_keeps_its_record()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.BeginRemoval(share.KeyOf(ino));
        share.Remount(Recording);
        Assert.NotNull(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void A_file_in_a_directory_is_found_there()
    {
        using var share = new ShareUnderTest(Recording);
        NodeId outer = share.Mkdir("outer", context: s_user);
        NodeId inner = share.Mkdir("inner", context: s_user, parent: outer);
        share.Create("kept", context: s_user, parent: inner);
        share.Create("gone", context: s_user, parent: inner);
        ulong kept = share.Share.Stat("outer/inner/kept").Ino;
        ulong gone = share.Share.Stat("outer/inner/gone").Ino;
        share.Store.BeginRemoval(share.KeyOf(kept));
        share.Store.BeginRemoval(share.KeyOf(gone));
        File.Delete(share.Share.At("outer/inner/gone"));
        share.Remount(Recording);
        Assert.NotNull(share.RowOf(kept));
        Assert.Null(share.RowOf(gone));
        Assert.Empty(Pending(share));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_record_of_a_file_that_is_gone_goes(bool nameIsTaken)
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.BeginRemoval(share.KeyOf(ino));
        if (nameIsTaken)
        {
            share.Share.Write("other", "");
            File.Move(share.Share.At("other"), share.Share.At("f"), overwrite: true);
        }
        else
        {
            File.Delete(share.Share.At("f"));
        }

        share.Remount(Recording);
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void Only_records_without_a_guard_are_noted_and_only_at_their_last_name()
    {
        using var share = new ShareUnderTest(Recording);
        share.Create("guarded", context: s_user);
        share.Unlink("guarded");
        Assert.Equal(0, share.Store.CountOf(StoreCalls.Removal));

        ulong ino = MakeUnguarded(share, "f");
        share.Link(share.NodeOf("f"), "second");
        share.Unlink("f");
        Assert.Equal(0, share.Store.CountOf(StoreCalls.Removal));
        share.Unlink("second");
        Assert.Equal(2, share.Store.CountOf(StoreCalls.Removal));
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void What_a_rename_replaces_is_noted_too()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Create("new", context: s_user);
        Assert.Equal(Errno.OK, share.Fs.Rename(s_user, NodeId.Root, Names.Z("new"), NodeId.Root, Names.Z("f"), 0));
        Assert.Equal(2, share.Store.CountOf(StoreCalls.Removal));
        Assert.Null(share.RowOf(ino));
        Assert.Empty(Pending(share));
    }

    [Fact]
    public void A_note_that_cannot_be_written_keeps_nobody_from_removing()
    {
        using var share = new ShareUnderTest(Recording);
        ulong ino = MakeUnguarded(share, "f");
        share.Store.Fail(StoreCalls.Removal, OverlayStatus.Full);
        share.Unlink("f");
        Assert.Null(share.RowOf(ino));
    }

    private static IReadOnlyList<PendingRemoval> Pending(ShareUnderTest share) =>
        share.Store.PendingRemovals(Assert.Single(share.Store.Volumes()).Id);

    // As on bindfs: the record knows nothing of its file but the type.
    private static ulong MakeUnguarded(ShareUnderTest share, string name)
    {
        share.Create(name, context: s_user);
        ulong ino = share.Share.Stat(name).Ino;
        InodeRecord record = share.RowOf(ino)!;
        InodeGuard guard = new(record.Guard.FileType, GuardKind.None, 0);
        Assert.Equal(OverlayStatus.Ok, share.Store.Put(share.KeyOf(ino), record with { Guard = guard }));
        share.Remount(Recording);
        return ino;
    }
}
